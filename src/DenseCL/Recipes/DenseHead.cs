namespace DenseCL.Recipes;

/// <summary>The head between the backbone's map and the dense vectors that are compared.</summary>
public enum DenseHead
{
    /// <summary>Two 1×1 convolutions with a ReLU between them: the paper's choice.</summary>
    Mlp,

    /// <summary>No head: the dense loss compares the backbone's own features.</summary>
    None,
}
