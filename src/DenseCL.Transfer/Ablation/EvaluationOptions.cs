using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Transfer.Ablation;

/// <summary>The options of an evaluation in a file, to be read into records with init properties, as a recipe's settings are.</summary>
public sealed class EvaluationOptions
{
    private readonly PlannedEvaluation evaluation;
    private readonly List<string> known = [];

    internal EvaluationOptions(PlannedEvaluation evaluation) => this.evaluation = evaluation;

    /// <summary>File and line of the evaluation, to begin a message with.</summary>
    public string Where => evaluation.Where;

    /// <summary>
    /// A record in which each property has the value of the option of its name (<c>MaxIterations</c> that of <c>maxIterations</c>), or its default. May be called with
    /// several records; an option that is in none of them is refused after the factory has returned.
    /// </summary>
    /// <typeparam name="T">A record whose init properties check their values and throw <see cref="ArgumentException"/> or <see cref="RecipeException"/>.</typeparam>
    /// <param name="defaults">Where other values than the record's own stand for what is not written.</param>
    /// <exception cref="RecipeException">A value is of another type or out of range; the message names file and line.</exception>
    public T Read<T>(T? defaults = null)
        where T : class, new()
    {
        object options = defaults ?? new T();
        foreach (OptionProperty option in OptionProperty.Of(typeof(T)).Where(option => option.HasForm))
        {
            known.Add(option.Name);
            if (evaluation.Options.FirstOrDefault(entry => entry.Key == option.Name) is not { } entry)
            {
                continue;
            }

            string key = $"{evaluation.Kind}.{option.Name}";
            try
            {
                options = option.With(options, option.Parse(entry.Value, key));
            }
            catch (RecipeException e)
            {
                throw new RecipeException($"{entry.Where}: {e.Message}", e);
            }
            catch (ArgumentException e)
            {
                // Its message goes on with the parameter's name and value, which are not the user's.
                string message = e.Message.Split([" (Parameter ", "\n"], StringSplitOptions.None)[0];
                throw new RecipeException($"{entry.Where}: {key} is {entry.Value}: {message}", e);
            }
        }

        return (T)options;
    }

    /// <summary>Refuses an option that no record had a property for.</summary>
    /// <exception cref="RecipeException">There is one; the message names file, line and the nearest known option.</exception>
    internal void RefuseUnknown()
    {
        if (evaluation.Options.FirstOrDefault(entry => !known.Contains(entry.Key, StringComparer.Ordinal)) is { } entry)
        {
            string options = known.Count == 0 ? "it has none" : $"its options are {string.Join(", ", known)}{Nearest.Hint(entry.Key, known)}";
            throw new RecipeException($"{entry.Where}: The evaluation `{evaluation.Kind}` has no option {Allowed.Quoted(entry.Key)}; {options}.");
        }
    }
}
