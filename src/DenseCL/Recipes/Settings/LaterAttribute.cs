namespace DenseCL.Recipes.Settings;

/// <summary>
/// A setting that was added after results were recorded. While it has its default it does not count in <see cref="Recipe.Hash"/>. A recipe
/// without it therefore keeps its hash, and recorded results stay valid.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LaterAttribute : Attribute;
