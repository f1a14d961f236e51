using System.CommandLine.Completions;
using DenseCL.Models.Backbones;
using DenseCL.Recipes.Settings;

namespace DenseCL.Cli.Options;

/// <summary>What a shell may complete where an option takes more than the words that it lists, such as a name or a file.</summary>
internal static class Completions
{
    public static IEnumerable<CompletionItem> Of(IEnumerable<string> words) => words.Select(word => new CompletionItem(word));

    public static IEnumerable<CompletionItem> OfBackbones => Of(BackboneCatalogue.All.Select(entry => entry.Name));

    /// <summary>For <c>--set</c> of a recipe.</summary>
    public static IEnumerable<CompletionItem> OfSettings(CompletionContext context) =>
        OfSettings(context, Setting.All.Select(setting => (setting.Key, setting.Words)));

    /// <summary>For <c>--set</c>: the keys, and after the '=' the words that a setting takes.</summary>
    public static IEnumerable<CompletionItem> OfSettings(CompletionContext context, IEnumerable<(string Key, IEnumerable<string> Words)> settings)
    {
        string word = context.WordToComplete;
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return Of(equals < 0
            ? settings.Select(setting => $"{setting.Key}=")
            : settings.Where(setting => setting.Key == word[..equals]).SelectMany(setting => setting.Words.Select(value => $"{setting.Key}={value}")));
    }
}
