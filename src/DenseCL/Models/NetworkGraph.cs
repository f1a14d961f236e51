namespace DenseCL.Models;

/// <summary>What a network computes, operator by operator: types and attributes are those of ONNX's operator set 13 and later ones.</summary>
internal sealed class NetworkGraph
{
    private readonly List<Operator> operators = [];

    /// <summary>The operators, in an order in which they can be computed.</summary>
    public IReadOnlyList<Operator> Operators => operators;

    /// <summary>Adds an operator. The resulting value has the operator's name.</summary>
    /// <param name="type">ONNX's name of the operation.</param>
    /// <param name="name">The operator's own name.</param>
    /// <param name="inputs">Names of values and of the network's tensors.</param>
    /// <param name="attributes">Each a <see cref="long"/>, an array of them, a <see cref="float"/>, or a <see cref="string"/>.</param>
    /// <returns>The resulting value.</returns>
    public string Add(string type, string name, string[] inputs, params (string Name, object Value)[] attributes)
    {
        operators.Add(new Operator(type, name, inputs, name, attributes));
        return name;
    }

    /// <summary>Gives the value of the last operator another name.</summary>
    /// <returns>The name.</returns>
    public string RenameLast(string output)
    {
        operators[^1] = operators[^1] with { Output = output };
        return output;
    }

    /// <summary>Adds an input to the last operator.</summary>
    public void AddInputToLast(string input) => operators[^1] = operators[^1] with { Inputs = [.. operators[^1].Inputs, input] };

    /// <summary>Adds the operators of another graph.</summary>
    /// <param name="other">The graph.</param>
    /// <param name="name">The name that an input has here.</param>
    public void AddAll(NetworkGraph other, Func<string, string> name) =>
        operators.AddRange(other.Operators.Select(of => of with { Inputs = [.. of.Inputs.Select(name)] }));

    /// <summary>An operator of a network, as <see cref="Add"/> takes it.</summary>
    internal sealed record Operator(
        string Type,
        string Name,
        IReadOnlyList<string> Inputs,
        string Output,
        IReadOnlyList<(string Name, object Value)> Attributes);
}
