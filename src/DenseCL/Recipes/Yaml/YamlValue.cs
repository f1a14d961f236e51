using DenseCL.Recipes.Settings;
namespace DenseCL.Recipes.Yaml;

/// <summary>A value in a recipe: one scalar, or a list of scalars.</summary>
/// <param name="Items">The scalars' texts; one, unless <paramref name="IsList"/>.</param>
/// <param name="IsList">Whether the value was written as a list.</param>
/// <param name="IsQuoted">Whether a scalar was quoted: 'auto' is then text, not the word.</param>
internal sealed record YamlValue(IReadOnlyList<string> Items, bool IsList, bool IsQuoted)
{
    /// <summary>Whether the value is this word, unquoted.</summary>
    public bool IsPlain(string word) => !IsList && !IsQuoted && Items[0].Equals(word, StringComparison.Ordinal);

    /// <summary>The value, for a message.</summary>
    public override string ToString() => Allowed.Quoted(IsList ? $"[{string.Join(", ", Items.Take(16))}]" : Items[0]);
}
