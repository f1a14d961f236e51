using System.Collections;
using System.Globalization;
using System.Reflection;
using Xunit;

namespace DenseCL.Mutants;

/// <summary>
/// A test, with its data: called here without xunit's own runner, because a process for each mutant would take seconds to start.
/// </summary>
internal sealed class TestCase
{
    private const BindingFlags Member = BindingFlags.Public | BindingFlags.Static | BindingFlags.InvokeMethod | BindingFlags.GetProperty;

    private readonly Type type;
    private readonly MethodInfo method;
    private readonly object?[] data;

    private TestCase(Type type, MethodInfo method, object?[] data)
    {
        (this.type, this.method, this.data) = (type, method, data);
        Name = string.Create(CultureInfo.InvariantCulture, $"{type.Name}.{method.Name}({string.Join(", ", data)})");
    }

    public string Name { get; }

    /// <summary>All tests of a namespace.</summary>
    public static List<TestCase> In(Assembly assembly, string space)
    {
        List<TestCase> cases = [];
        foreach (Type type in assembly.GetTypes().Where(type => type is { IsPublic: true, IsAbstract: false }))
        {
            if (!$"{type.Namespace}.".StartsWith($"{space}.", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (MethodInfo method in type.GetMethods())
            {
                foreach (Attribute source in method.GetCustomAttributes())
                {
                    cases.AddRange(Data(type, source).Select(row => new TestCase(type, method, row)));
                }

                if (method.GetCustomAttribute<FactAttribute>() is not null and not TheoryAttribute)
                {
                    cases.Add(new TestCase(type, method, []));
                }
            }
        }

        return cases;
    }

    /// <summary>Runs it in a thread of its own, as dispose scopes and gradients' switches are a thread's.</summary>
    /// <returns>Whether it passed; null if it did not end in time, and still runs.</returns>
    public bool? Run(TimeSpan limit, out Exception? failure)
    {
        Exception? thrown = null;
        Thread thread = new(() => thrown = Invoke(), 16 << 20) { IsBackground = true };
        thread.Start();
        bool ended = thread.Join(limit);
        failure = thrown;
        return ended ? thrown is null : null;
    }

    private static IEnumerable<object?[]> Data(Type type, Attribute source) =>
        source switch
        {
            InlineDataAttribute inline => [inline.Data],
            MemberDataAttribute member => (
                (IEnumerable)type.InvokeMember(member.MemberName, Member, null, null, null, CultureInfo.InvariantCulture)!)
                .Cast<ITheoryDataRow>()
                .Select(row => row.GetData()),
            _ => [],
        };

    private Exception? Invoke()
    {
        object? instance = null;
        try
        {
            instance = Activator.CreateInstance(type, [.. type.GetConstructors()[0].GetParameters().Select(_ => new NoOutput())]);
            (method.Invoke(instance, data) as Task)?.GetAwaiter().GetResult();
            return null;
        }
        catch (TargetInvocationException e) when (e.InnerException!.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal))
        {
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
        finally
        {
            (instance as IDisposable)?.Dispose();
        }
    }

    private sealed class NoOutput : ITestOutputHelper
    {
        public string Output => "";

        public void Write(string message)
        {
        }

        public void Write(string format, params object[] args)
        {
        }

        public void WriteLine(string message)
        {
        }

        public void WriteLine(string format, params object[] args)
        {
        }
    }
}
