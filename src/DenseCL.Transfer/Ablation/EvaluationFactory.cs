using DenseCL.Transfer.Protocols;
namespace DenseCL.Transfer.Ablation;

/// <summary>Makes an evaluation. Whatever is wrong with data and options it finds here, before anything is trained.</summary>
/// <param name="data">The path of the labelled data.</param>
/// <param name="options">The options as the file has them.</param>
/// <exception cref="Recipes.RecipeException">The options are not valid.</exception>
/// <exception cref="Data.DataException">The data cannot be used.</exception>
public delegate IEvaluation EvaluationFactory(string data, EvaluationOptions options);
