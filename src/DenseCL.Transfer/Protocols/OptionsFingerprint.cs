using System.IO.Hashing;
using System.Text;
using DenseCL.Recipes.Settings;

namespace DenseCL.Transfer.Protocols;

/// <summary>Tells whether two evaluations have the same options.</summary>
internal static class OptionsFingerprint
{
    /// <summary>32 hexadecimal digits (XXH128) that change with the value of any option.</summary>
    /// <param name="options">Records with init properties; those within them are to be given beside them.</param>
    public static string Of(params ReadOnlySpan<object> options)
    {
        XxHash128 hash = new();
        foreach (object record in options)
        {
            foreach (OptionProperty option in OptionProperty.Of(record.GetType()).Where(option => option.HasForm))
            {
                hash.Append(Encoding.UTF8.GetBytes($"{option.Name}: {option.Text(record)}\n"));
            }
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
