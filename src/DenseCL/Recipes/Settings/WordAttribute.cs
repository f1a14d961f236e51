namespace DenseCL.Recipes.Settings;

/// <summary>The word for a member of an enumeration, if it is not the member's name in kebab-case.</summary>
/// <param name="word">The word that is written.</param>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class WordAttribute(string word) : Attribute
{
    public string Word { get; } = word;

    /// <summary>An older word for it in files, which is still read.</summary>
    public string? Older { get; init; }
}
