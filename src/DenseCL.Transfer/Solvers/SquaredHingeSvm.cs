using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Solvers;

/// <summary>
/// Linear support vector machines with the squared hinge loss, many at once on the same rows, each solved to its unique optimum: ½‖w‖² + Σᵢ
/// cᵢ·max(0, 1 − yᵢ⟨xᵢ, w⟩)². A 1 is appended to every row, and its weight is the bias. That is liblinear's L2R_L2LOSS_SVC with intercept
/// scaling 1: the bias is penalised like every weight.
/// </summary>
/// <remarks>
/// Newton's method (the loss is quadratic wherever the same rows are within the margin). The steps are found by conjugate gradients, with a
/// backtracking search. All columns share each matrix product; solved columns are removed.
/// </remarks>
internal static class SquaredHingeSvm
{
    private const int MaxSteps = 200;
    private const int MaxConjugate = 400;
    private const int MaxHalvings = 30;

    /// <summary>Appends the 1 and converts to double precision.</summary>
    /// <param name="features">(N, C).</param>
    /// <returns>(N, C + 1)</returns>
    public static Tensor WithBias(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = features.to(ScalarType.Float64);
        return cat([x, ones(x.shape[0], 1, dtype: ScalarType.Float64, device: x.device)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Solves P problems.</summary>
    /// <param name="x">(N, D) double, from <see cref="WithBias"/>; everything else must be on its device.</param>
    /// <param name="y">(N, P) double: 1 or −1.</param>
    /// <param name="cost">(N, P) double: cᵢ, 0 for rows that a problem does not have.</param>
    /// <param name="start">(D, P) where to start, or null; it does not affect the solution.</param>
    /// <param name="tolerance">
    /// The length of the gradient to stop at, times the smaller of 1 and its length at w = 0. The loss is strongly convex with modulus 1,
    /// so the weights are then no farther than this from the optimum.
    /// </param>
    /// <param name="stop">Ends the work between two products.</param>
    /// <returns>(D, P)</returns>
    public static Tensor Solve(Tensor x, Tensor y, Tensor cost, Tensor? start, double tolerance, CancellationToken stop)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor solution = start is null ? zeros(x.shape[1], y.shape[1], dtype: ScalarType.Float64, device: x.device) : start.clone();
        Tensor goal = Length(x.t().mm(cost * y).Times(2)).AtMost(1).Times(tolerance); // (P)
        long[] all = [.. Enumerable.Range(0, (int)y.shape[1]).Select(problem => (long)problem)];
        Tensor left = tensor(all, device: x.device);                                // the problems still to be solved
        Tensor w = solution.clone(), margin = x.mm(w);
        (y, cost) = (y.alias(), cost.alias());                                      // the caller's tensors must not be disposed below
        for (int step = 0; step < MaxSteps; step++)
        {
            using DisposeScope inner = NewDisposeScope();
            stop.ThrowIfCancellationRequested();
            Tensor slack = Slack(y, margin);
            Tensor gradient = w - x.t().mm(cost * y * slack).Times(2);
            Tensor going = (Length(gradient) > goal).nonzero().squeeze(1);
            if (going.shape[0] < left.shape[0])
            {
                solution.index_copy_(1, left, w);
                if (going.shape[0] == 0)
                {
                    return solution.MoveToOuterDisposeScope();
                }

                (slack, gradient) = (slack.index_select(1, going), gradient.index_select(1, going));
                Replace(ref y, y.index_select(1, going));
                Replace(ref cost, cost.index_select(1, going));
                Replace(ref w, w.index_select(1, going));
                Replace(ref margin, margin.index_select(1, going));
                Replace(ref left, left.index_select(0, going));
                Replace(ref goal, goal.index_select(0, going));
            }

            Tensor direction = Newton(x, cost.Times(2) * slack.Exceeds(0).to(ScalarType.Float64), gradient, stop);
            Tensor along = x.mm(direction), length = Search(y, cost, w, margin, direction, along, gradient);
            if (!length.Exceeds(0).any().item<bool>())
            {
                // Rounding hides any further descent: this is the minimum as far as doubles can represent it.
                break;
            }

            Replace(ref w, w.Plus(direction * length));
            Replace(ref margin, margin.Plus(along * length));
        }

        solution.index_copy_(1, left, w);
        return solution.MoveToOuterDisposeScope();

        static void Replace(ref Tensor tensor, Tensor by)
        {
            tensor.Dispose();
            tensor = by.MoveToOuterDisposeScope();
        }
    }

    /// <summary>
    /// H⁻¹·(−gradient) with H = 1 + XᵀDX for each column, by conjugate gradients to a tenth of the gradient, or to the smaller share that
    /// gives quadratic convergence.
    /// </summary>
    private static Tensor Newton(Tensor x, Tensor curvature, Tensor gradient, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor step = zeros_like(gradient), residual = -gradient, search = residual.clone();
        Tensor square = residual.Square().sum(dim: 0), first = square.sqrt();
        Tensor enough = first * first.sqrt().AtMost(0.1);
        for (int i = 0; i < MaxConjugate; i++)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            Tensor going = square.sqrt().gt(enough);
            if (!going.any().item<bool>())
            {
                break;
            }

            Tensor product = search.Plus(x.t().mm(curvature * x.mm(search)));
            Tensor length = where(going, square / (search * product).sum(dim: 0), zeros_like(square));
            step.AddInPlace(search * length);
            residual.sub_(product * length);
            Tensor next = residual.Square().sum(dim: 0);
            search.mul_(where(going, next / square, ones_like(square))).AddInPlace(residual);
            square.copy_(next);
        }

        return step.MoveToOuterDisposeScope();
    }

    /// <summary>The largest of 1, ½, ¼, … along a direction that lowers the loss enough; 0 if none does.</summary>
    private static Tensor Search(Tensor y, Tensor cost, Tensor w, Tensor margin, Tensor direction, Tensor along, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor slope = (direction * gradient).sum(dim: 0), length = ones_like(slope), value = Loss(w, margin);
        for (int halving = 0; halving < MaxHalvings; halving++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor there = Loss(w.Plus(direction * length), margin.Plus(along * length)), enough = value.Plus((length * slope).Times(1e-4));
            Tensor tooLong = (there <= enough).logical_not();
            if (!tooLong.any().item<bool>())
            {
                return length.MoveToOuterDisposeScope();
            }

            length.copy_(where(tooLong, halving == MaxHalvings - 1 ? zeros_like(length) : length.Over(2), length));
        }

        return length.MoveToOuterDisposeScope();

        Tensor Loss(Tensor weights, Tensor margins) =>
            weights.Square().sum(dim: 0).Over(2).Plus((cost * Slack(y, margins).Square()).sum(dim: 0));
    }

    // max(0, 1 − y⟨x, w⟩)
    private static Tensor Slack(Tensor y, Tensor margin) => (y * margin).OneMinus().AtLeast(0);

    private static Tensor Length(Tensor columns) => columns.Square().sum(dim: 0).sqrt();
}
