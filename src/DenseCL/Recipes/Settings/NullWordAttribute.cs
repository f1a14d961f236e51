namespace DenseCL.Recipes.Settings;

/// <summary>The word that a recipe's YAML uses for a setting that is null.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NullWordAttribute(string word) : Attribute
{
    public string Word { get; } = word;
}
