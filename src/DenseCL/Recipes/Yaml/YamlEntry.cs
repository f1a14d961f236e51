namespace DenseCL.Recipes.Yaml;

/// <summary>A key with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Where">The source and the line, for messages.</param>
internal sealed record YamlEntry(string Key, YamlValue Value, string Where);
