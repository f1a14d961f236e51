using System.CommandLine.Completions;
using DenseCL.Recipes.Settings;

namespace DenseCL.Cli.Options;

/// <summary>What a shell may complete where an option takes more than the words that it lists, such as a name or a file.</summary>
internal static class Completions
{
    public static IEnumerable<CompletionItem> Of(IEnumerable<string> words) => words.Select(word => new CompletionItem(word));

    /// <summary>For <c>--set</c> of a recipe: the keys, and after the '=' the words that a setting takes.</summary>
    public static IEnumerable<CompletionItem> OfSettings(CompletionContext context)
    {
        string word = context.WordToComplete;
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return Of(equals < 0
            ? Setting.All.Select(setting => $"{setting.Key}=")
            : Setting.All.Where(setting => setting.Key == word[..equals]).SelectMany(setting => setting.Words.Select(value => $"{setting.Key}={value}")));
    }
}
