using System.IO.Hashing;
using System.Text;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Protocols;

/// <summary>Shows whether two evaluations have the same options.</summary>
internal static class OptionsFingerprint
{
    /// <summary>
    /// 32 hexadecimal digits (XXH128) that change with the value of any option. A <see cref="LaterAttribute">later</see> option does not
    /// count while it has its default, so results recorded before it stay valid.
    /// </summary>
    /// <param name="options">Records with init properties; nested records follow after the record's own options.</param>
    public static string Of(params ReadOnlySpan<object> options)
    {
        XxHash128 hash = new();
        foreach (object record in options)
        {
            Append(hash, record);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>A fingerprint that also changes with a text; the same if the text is empty.</summary>
    /// <param name="fingerprint">The fingerprint of options.</param>
    /// <param name="text">What else affects the figures.</param>
    public static string With(string fingerprint, string text) => text.Length == 0
        ? fingerprint
        : Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes($"{fingerprint}\n{text}")));

    private static void Append(XxHash128 hash, object record)
    {
        object defaults = Activator.CreateInstance(record.GetType())!;
        foreach (OptionProperty option in OptionProperty.Of(record.GetType())
            .Where(option => option.HasForm && !(option.IsLater && Equals(option.ValueIn(record), option.ValueIn(defaults)))))
        {
            hash.Append(Encoding.UTF8.GetBytes($"{option.Name}: {option.Text(record)}\n"));
        }

        foreach (OptionProperty inner in EvaluationOption.Records(record.GetType()))
        {
            Append(hash, inner.ValueIn(record)!);
        }
    }
}
