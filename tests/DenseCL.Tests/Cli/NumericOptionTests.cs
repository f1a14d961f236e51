using System.CommandLine;
using System.Globalization;
using System.Reflection;
using DenseCL.Cli;
using DenseCL.Recipes;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Tests.Cli;

/// <summary>
/// Every option that is a number means the same in every country. The command itself runs without cultures; here they are there, as in a
/// program that uses the library.
/// </summary>
public sealed class NumericOptionTests
{
    private static readonly string[] Candidates = ["0.5", "0.01", "0.0001", "1", "2", "16", "20", "100"];
    private static readonly MethodInfo Read = typeof(EvaluationOptions).GetMethod(nameof(EvaluationOptions.Read))!;

    public static TheoryData<string> Cultures => ["de-DE", "tr-TR", "ar-SA", ""];

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Whole_numbers_of_every_verb_are_read_alike(string culture) => In(culture, () =>
    {
        int tried = 0;
        foreach ((string name, Option option) in OptionsOf(Program.Root()).Where(entry => IsWhole(entry.Option.ValueType)))
        {
            RootCommand alone = [option];
            ParseResult good = alone.Parse([option.Name, "12"]);
            Assert.Empty(good.Errors);
            Assert.Equal("12", Convert.ToString(typeof(ParseResult).GetMethod("GetValue", 1, [typeof(string)])!
                .MakeGenericMethod(option.ValueType).Invoke(good, [option.Name]), CultureInfo.InvariantCulture));
            foreach (string wrong in new[] { "1,5", "1.5", "1.000", "1,000", "1 000", "1'000", "١٢", "0x10", "1e3" })
            {
                Assert.True(alone.Parse([option.Name, wrong]).Errors.Count > 0, $"{name} {wrong}");
            }

            tried++;
        }

        Assert.InRange(tried, 15, 100);
    });

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Numbers_of_every_evaluation_are_read_alike(string culture)
    {
        int tried = 0, fractions = 0;
        foreach (EvaluationDefinition definition in Evaluations.All)
        {
            foreach (EvaluationOption option in definition.Options.Where(option => option.IsOnCommandLine && !option.IsFlag))
            {
                if (Candidates.FirstOrDefault(text => Value(definition, option, text) is not null) is not { } taken)
                {
                    continue;       // no number is a value of it
                }

                double expected = double.Parse(taken, CultureInfo.InvariantCulture);
                In(culture, () =>
                {
                    Assert.Equal(expected, Value(definition, option, taken));
                    if (!option.IsList)
                    {
                        Assert.Null(Value(definition, option, taken.Contains('.', StringComparison.Ordinal) ? taken.Replace('.', ',') : taken + ",0"));
                        Assert.Null(Value(definition, option, "١"));
                    }
                });
                tried++;
                fractions += taken.Contains('.', StringComparison.Ordinal) ? 1 : 0;
            }
        }

        Assert.InRange(tried, 30, 1000);
        Assert.InRange(fractions, 5, 1000);
    }

    /// <summary>The number that was read; null if the text was refused or is no number.</summary>
    private static double? Value(EvaluationDefinition definition, EvaluationOption option, string text)
    {
        EvaluationOptions options = new(definition.Name, [GivenOption.OnCommandLine(option, [text])]);
        try
        {
            foreach (Type record in definition.Records)
            {
                Read.MakeGenericMethod(record).Invoke(options, [null]);
            }
        }
        catch (TargetInvocationException e) when (e.InnerException is RecipeException)
        {
            return null;
        }

        object? read = options.Values.FirstOrDefault(value => value.Key == option.Name).Value;
        return read switch
        {
            int or long or ulong or double or float => Convert.ToDouble(read, CultureInfo.InvariantCulture),
            IEnumerable<double> list => list.Single(),
            IEnumerable<int> list => list.Single(),
            _ => null,
        };
    }

    private static bool IsWhole(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is { IsPrimitive: true } number && number != typeof(bool);

    private static IEnumerable<(string Name, Option Option)> OptionsOf(Command command) => command.Options
        .Select(option => ($"{command.Name} {option.Name}", option))
        .Concat(command.Subcommands.SelectMany(OptionsOf));

    private static void In(string culture, Action check)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            check();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
