using DenseCL.Platform;

namespace DenseCL.Models;

/// <summary>A module that has parameters of its own, not only its children's, and knows how to initialise them.</summary>
internal interface IInitialised
{
    /// <summary>Initialises the module's own parameters and buffers.</summary>
    /// <param name="random">The stream of random numbers for a parameter, by its name in the module.</param>
    public void Initialise(Func<string, CounterRandom> random);
}
