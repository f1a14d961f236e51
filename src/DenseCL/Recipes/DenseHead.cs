namespace DenseCL.Recipes;

/// <summary>What stands between the backbone's map and the dense vectors that are compared.</summary>
public enum DenseHead
{
    /// <summary>Two 1×1 convolutions with a ReLU between: the paper's choice.</summary>
    Mlp,

    /// <summary>Nothing: the dense loss compares the backbone's own features.</summary>
    None,
}
