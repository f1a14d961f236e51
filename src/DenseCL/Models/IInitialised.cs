using DenseCL.Platform;

namespace DenseCL.Models;

/// <summary>A module that has parameters of its own, not its children's, and knows their start values.</summary>
internal interface IInitialised
{
    /// <summary>Gives the module's own parameters and buffers their start values.</summary>
    /// <param name="random">The stream of random numbers of a parameter, by its name in the module.</param>
    public void Initialise(Func<string, CounterRandom> random);
}
