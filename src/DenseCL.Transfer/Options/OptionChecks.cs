using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DenseCL.Transfer.Options;

/// <summary>
/// The check in the init accessor of an option; its <see cref="OptionAttribute"/> is the only place that states its range.
/// </summary>
internal static class OptionChecks
{
    /// <summary>The value, if the option allows it.</summary>
    /// <param name="options">The record.</param>
    /// <param name="value">The value.</param>
    /// <param name="property">The property whose accessor calls.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not allowed; the message says what to choose.</exception>
    public static T Checked<T>(this object options, T value, [CallerMemberName] string property = "")
    {
        if (value is null && Nullable.GetUnderlyingType(typeof(T)) is null)
        {
            throw new ArgumentNullException(property);
        }

        OptionAttribute about = options.GetType().GetProperty(property)!.GetCustomAttribute<OptionAttribute>()!;
        string choose = value is Enum ? "a word" : about.Choose(value is IEnumerable);
        return about.Allows(value)
            ? value
            : throw new ArgumentOutOfRangeException(property, value, $"{property} is out of range: choose {choose}.");
    }
}
