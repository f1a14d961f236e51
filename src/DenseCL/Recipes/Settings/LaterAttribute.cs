namespace DenseCL.Recipes.Settings;

/// <summary>
/// A setting that was added after results were recorded. At its default it has no part in <see cref="Recipe.Hash"/>, so that a recipe
/// without it keeps the hash that it had, and recorded results stay valid.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LaterAttribute : Attribute;
