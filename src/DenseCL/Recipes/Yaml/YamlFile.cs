using System.Text;
using DenseCL.Platform;
using DenseCL.Recipes.Settings;

namespace DenseCL.Recipes.Yaml;

/// <summary>Reads the text of a recipe or of another YAML file of this library: of limited length, in UTF-8.</summary>
internal static class YamlFile
{
    public const int MaxBytes = 1 << 20;

    /// <summary>The text of a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="kind">What it should be, in a word: "recipe".</param>
    /// <param name="shipped">The names that may have been meant instead.</param>
    /// <exception cref="RecipeException">It does not exist, or cannot be read.</exception>
    public static string Read(string path, string kind, IReadOnlyList<string> shipped)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new RecipeException(
                    $"{Allowed.Quoted(path)} is a folder, not a YAML file. Give the file in it, such as {kind}.yaml.");
            }

            RegularFile.Require(path);
            using FileStream stream = File.OpenRead(path);
            return Read(stream, path, kind);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecipeException(
                $"There is neither a shipped {kind} nor a file {Allowed.Quoted(path)} (looked for in {Directory.GetCurrentDirectory()}). "
                + $"Check the path, or choose one of {string.Join(", ", shipped)}{Nearest.Hint(path, shipped)}.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new RecipeException(
                $"The {kind} file {Allowed.Quoted(path)} cannot be read. {e.Message} Check the path and its permissions.", e);
        }
    }

    /// <summary>The text of a stream.</summary>
    /// <param name="stream">Read to its end, but never beyond the limit, whatever its length says: a device or a growing file has no
    /// length.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="kind">What it should be, in a word.</param>
    /// <exception cref="RecipeException">It is too long, or not UTF-8.</exception>
    public static string Read(Stream stream, string name, string kind)
    {
        byte[] buffer = new byte[MaxBytes + 1];
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (length > MaxBytes)
        {
            throw new RecipeException(
                $"{Allowed.Quoted(name)} has more than {MaxBytes} bytes, too many for {(kind[0] is 'a' ? "an" : "a")} {kind}. "
                + "Check that it is the file you meant."
            );
        }

        try
        {
            using var reader = new StreamReader(
                new MemoryStream(buffer, 0, length), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw new RecipeException(
                $"{Allowed.Quoted(name)} is not UTF-8 text. Save it as UTF-8, or check that it is the file you meant.", e);
        }
    }
}
