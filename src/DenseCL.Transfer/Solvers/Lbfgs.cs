namespace DenseCL.Transfer.Solvers;

/// <summary>
/// Minimises a smooth convex function: limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4) with a
/// backtracking search. It uses no random numbers: the same problem always takes the same path.
/// </summary>
internal static class Lbfgs
{
    private const int Memory = 12;
    private const int MaxHalvings = 40;

    /// <summary>The value at a point; writes the gradient too.</summary>
    public delegate double Objective(ReadOnlySpan<double> point, Span<double> gradient);

    /// <summary>Moves <paramref name="point"/> to the minimum.</summary>
    /// <param name="objective">Convex, with a continuous gradient.</param>
    /// <param name="point">The starting point; on return the best point found.</param>
    /// <param name="maxIterations">Maximum number of steps.</param>
    /// <param name="tolerance">Stops when no component of the gradient is larger.</param>
    public static (double Value, double Gradient, int Iterations) Minimise(
        Objective objective,
        double[] point,
        int maxIterations,
        double tolerance)
    {
        int n = point.Length;
        double[] gradient = new double[n], direction = new double[n], nextPoint = new double[n], nextGradient = new double[n];
        LinkedList<(double[] Step, double[] Change, double Product)> history = [];
        double value = objective(point, gradient);
        int iteration = 0;
        for (; iteration < maxIterations && Largest(gradient) > tolerance; iteration++)
        {
            Descend(history, gradient, direction);
            double slope = Dot(direction, gradient), length = history.Count == 0 ? 1 / Math.Sqrt(Dot(gradient, gradient)) : 1;
            double nextValue = double.PositiveInfinity;
            for (int halving = 0; halving < MaxHalvings; halving++, length /= 2)
            {
                for (int i = 0; i < n; i++)
                {
                    nextPoint[i] = point[i] + (length * direction[i]);
                }

                nextValue = objective(nextPoint, nextGradient);
                if (nextValue <= value + (1e-4 * length * slope))
                {
                    break;
                }
            }

            if (!(nextValue < value))
            {
                // Rounding hides any further descent: this is the minimum as far as doubles can represent it.
                break;
            }

            Remember(history, nextPoint, point, nextGradient, gradient);
            nextPoint.CopyTo(point, 0);
            nextGradient.CopyTo(gradient, 0);
            value = nextValue;
        }

        return (value, Largest(gradient), iteration);
    }

    /// <summary>direction = −H·gradient by the two-loop recursion.</summary>
    private static void Descend(LinkedList<(double[] Step, double[] Change, double Product)> history, double[] gradient, double[] direction)
    {
        for (int i = 0; i < direction.Length; i++)
        {
            direction[i] = -gradient[i];
        }

        Stack<double> weights = [];
        for (var node = history.Last; node is not null; node = node.Previous)
        {
            double weight = Dot(node.Value.Step, direction) / node.Value.Product;
            weights.Push(weight);
            AddScaled(direction, node.Value.Change, -weight);
        }

        if (history.Last is { Value: var last })
        {
            double scale = last.Product / Dot(last.Change, last.Change);
            for (int i = 0; i < direction.Length; i++)
            {
                direction[i] *= scale;
            }
        }

        for (var node = history.First; node is not null; node = node.Next)
        {
            AddScaled(direction, node.Value.Step, weights.Pop() - (Dot(node.Value.Change, direction) / node.Value.Product));
        }
    }

    private static void Remember(
        LinkedList<(double[] Step, double[] Change, double Product)> history,
        double[] point,
        double[] oldPoint,
        double[] gradient,
        double[] oldGradient)
    {
        double[] step = [.. point], change = [.. gradient];
        AddScaled(step, oldPoint, -1);
        AddScaled(change, oldGradient, -1);
        double product = Dot(step, change);
        if (product <= 1e-12 * Dot(change, change))
        {
            return;
        }

        history.AddLast((step, change, product));
        if (history.Count > Memory)
        {
            history.RemoveFirst();
        }
    }

    private static void AddScaled(double[] target, double[] vector, double scale)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] += scale * vector[i];
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static double Largest(double[] vector)
    {
        double largest = 0;
        foreach (double component in vector)
        {
            largest = Math.Max(largest, Math.Abs(component));
        }

        return largest;
    }
}
