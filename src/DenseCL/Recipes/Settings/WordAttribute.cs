namespace DenseCL.Recipes.Settings;

/// <summary>The word of a member of an enumeration, where it is not the member's name in kebab-case.</summary>
/// <param name="word">The word that is written.</param>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class WordAttribute(string word) : Attribute
{
    public string Word { get; } = word;

    /// <summary>A word that files had for it before, and that is still read.</summary>
    public string? Older { get; init; }
}
