using DenseCL.Compute;
using DenseCL.Compute.Tiles;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Compute;

/// <summary>The tiled convolution against libtorch's in double precision, of the same rounded numbers.</summary>
public unsafe class ConvolutionKernelTests
{
    /// <summary>Images, height, width, inputs, outputs, kernel, stride, dilation.</summary>
    public static TheoryData<int, int, int, int, int, int, int, int> Shapes() => new()
    {
        { 1, 1, 1, 64, 64, 1, 1, 1 },
        { 2, 5, 7, 64, 64, 1, 1, 1 },       // 70 positions: a last tile of 4 rows, an odd half
        { 1, 7, 7, 128, 64, 1, 2, 1 },
        { 3, 6, 5, 64, 192, 1, 2, 1 },      // rows and columns of different parity: positions that no tap reaches
        { 2, 9, 8, 64, 128, 3, 1, 1 },
        { 2, 9, 8, 128, 64, 3, 2, 1 },
        { 1, 1, 3, 64, 64, 3, 2, 1 },       // more of the kernel lies beside the map than on it
        { 1, 2, 1, 64, 64, 3, 1, 2 },
        { 2, 11, 7, 64, 64, 3, 1, 2 },
        { 1, 13, 10, 64, 64, 3, 1, 4 },
        { 1, 12, 9, 64, 64, 3, 2, 2 },
        { 1, 10, 11, 64, 64, 5, 1, 1 },
        { 1, 10, 11, 64, 64, 7, 3, 1 },
        { 5, 23, 21, 64, 64, 3, 1, 1 },     // 2,415 positions: several blocks, several chunks, the last of an odd number
        { 4, 14, 14, 512, 64, 1, 1, 1 },
        { 2, 4, 4, 64, 2048, 1, 1, 1 },
        { 2, 4, 4, 2048, 64, 1, 1, 1 },
        { 2, 3, 3, 512, 512, 3, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void In_single_precision_it_is_exact_to_rounding(
        int images,
        int height,
        int width,
        int inputs,
        int outputs,
        int size,
        int stride,
        int dilation) => Compare(new ConvolutionShape(images, height, width, inputs, outputs, size, stride, dilation), bf16: false);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void In_bfloat16_it_is_off_by_the_rounding_of_what_is_stored(
        int images,
        int height,
        int width,
        int inputs,
        int outputs,
        int size,
        int stride,
        int dilation) => Compare(new ConvolutionShape(images, height, width, inputs, outputs, size, stride, dilation), bf16: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_numbers_do_not_depend_on_the_number_of_threads(bool bf16)
    {
        SkipUnlessSupported(bf16);
        using DisposeScope scope = NewDisposeScope();
        ConvolutionShape shape = new(3, 13, 11, 128, 192, 3, 2, 1);
        Data data = new(shape, bf16);
        int before = get_num_threads();
        try
        {
            Tensor[]? first = null;
            foreach (int threads in new[] { 1, 2, 3, 7 })
            {
                set_num_threads(threads);
                Tensor[] results = data.Compute();
                first ??= results;
                Assert.All(
                    first.Zip(results),
                    pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>(), $"differs with {threads} threads"));
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void The_gradient_of_weights_is_added_to_what_is_there()
    {
        SkipUnlessSupported(bf16: false);
        using DisposeScope scope = NewDisposeScope();
        ConvolutionShape shape = new(1, 4, 4, 64, 64, 3, 1, 1);
        Data data = new(shape, bf16: false);
        Tensor once = data.Compute()[2].clone();
        Tensor twice = once.clone();
        ConvolutionKernel.WeightGradient(shape, false, Memory.Of<byte>(data.X), Memory.Of<byte>(data.Dy), Memory.Of<float>(twice));
        Assert.InRange(Off(twice, once * 2), 0, 1e-6);
    }

    [Fact]
    public void A_number_that_is_none_stays_one_and_where_its_window_does_not_reach_nothing_happens()
    {
        SkipUnlessSupported(bf16: true);
        using DisposeScope scope = NewDisposeScope();
        ConvolutionShape shape = new(1, 9, 9, 64, 64, 3, 1, 1);
        Data data = new(shape, bf16: true);
        data.X[0, 4, 4, 7] = float.NaN;
        Tensor bad = data.Compute()[0].to_type(ScalarType.Float32).isnan().any(3).squeeze(0);       // (9, 9)
        Tensor expected = zeros(9, 9, dtype: ScalarType.Bool);
        expected[TensorIndex.Slice(3, 6), TensorIndex.Slice(3, 6)] = true;
        Assert.True(bad.equal(expected).all().item<bool>());
    }

    [Fact]
    public void Only_channels_in_whole_panels_are_taken()
    {
        Assert.False(ConvolutionKernel.IsSupported(new ConvolutionShape(1, 8, 8, 3, 64, 7, 2, 1), bf16: false));
        Assert.False(ConvolutionKernel.IsSupported(new ConvolutionShape(1, 8, 8, 64, 96, 1, 1, 1), bf16: false));
        Assert.False(ConvolutionKernel.IsSupported(new ConvolutionShape(1, 8, 8, 64, 64, 2, 1, 1), bf16: false));
    }

    private static void Compare(ConvolutionShape shape, bool bf16)
    {
        SkipUnlessSupported(bf16);
        using DisposeScope scope = NewDisposeScope();
        Data data = new(shape, bf16);
        Tensor[] results = data.Compute(), exact = data.Exact();
        double single = Math.ScaleB(1, -24), stored = bf16 ? Math.ScaleB(1, -8) : single;      // half a unit of the last of 24 places, of 8
        Assert.InRange(Off(results[0], exact[0], stored), 0, Rounding(shape.Taps * shape.Inputs));
        Assert.InRange(Off(results[1], exact[1], stored), 0, Rounding(shape.Taps * shape.Outputs));
        Assert.InRange(Off(results[2], exact[2], single), 0, Rounding(shape.OutPositions));     // stored in single precision in either case
    }

    // Each of n additions is off by up to half a unit of the last of 24 places, up or down, so that they add up like √n; six times that is
    // as good as never.
    private static double Rounding(int additions) => 6 * Math.ScaleB(1, -24) * Math.Sqrt(additions + 1);

    private static void SkipUnlessSupported(bool bf16) =>
        Assert.SkipUnless(
            TileKernel.IsSupported(bf16),
            "This processor or system cannot run the kernel: AVX-512 (for bfloat16: AVX512-BF16) on Linux x64 is needed.");

    /// <summary>
    /// The largest deviation beyond the rounding of the result itself, as a share of the root mean square of what is right.
    /// </summary>
    private static double Off(Tensor result, Tensor exact, double stored = 0)
    {
        Tensor right = exact.to_type(ScalarType.Float64);
        double scale = Math.Max(right.square().mean().sqrt().item<double>(), 1e-30);
        return ((result.to_type(ScalarType.Float64).reshape(right.shape) - right).abs() - (right.abs() * stored))
                .clamp(min: 0)
                .max()
                .item<double>() / scale;
    }

    /// <summary>Seeded numbers; maps (N, H, W, C), weights (outputs, taps, inputs).</summary>
    private sealed class Data
    {
        private readonly ConvolutionShape shape;
        private readonly bool bf16;

        public Data(ConvolutionShape shape, bool bf16)
        {
            (this.shape, this.bf16) = (shape, bf16);
            ScalarType type = bf16 ? ScalarType.BFloat16 : ScalarType.Float32;
            using Generator generator = new(5);
            X = randn([shape.Images, shape.Height, shape.Width, shape.Inputs], generator: generator).to_type(type);
            Dy = randn([shape.Images, shape.OutHeight, shape.OutWidth, shape.Outputs], generator: generator).to_type(type);
            W = randn([shape.Outputs, shape.Taps, shape.Inputs], generator: generator) / Math.Sqrt(shape.Taps * shape.Inputs);
        }

        public Tensor X { get; }

        public Tensor Dy { get; }

        public Tensor W { get; }

        /// <summary>y, dx, dw of the kernel; whatever was in y and dx before is overwritten.</summary>
        public Tensor[] Compute()
        {
            Tensor y = full_like(Dy, float.NaN), dx = full_like(X, float.NaN), dw = zeros_like(W);
            ConvolutionKernel.Forward(shape, bf16, Memory.Of<byte>(X), Memory.Of<float>(W), Memory.Of<byte>(y));
            ConvolutionKernel.InputGradient(shape, bf16, Memory.Of<byte>(Dy), Memory.Of<float>(W), Memory.Of<byte>(dx));
            ConvolutionKernel.WeightGradient(shape, bf16, Memory.Of<byte>(X), Memory.Of<byte>(Dy), Memory.Of<float>(dw));
            return [y, dx, dw];
        }

        /// <summary>The same by libtorch, in double precision.</summary>
        public Tensor[] Exact()
        {
            Tensor Double(Tensor map) => map.to_type(ScalarType.Float64).permute(0, 3, 1, 2);

            Tensor x = Double(X).contiguous().detach();
            Tensor w = W.to_type(bf16 ? ScalarType.BFloat16 : ScalarType.Float32).to_type(ScalarType.Float64)
                .view(shape.Outputs, shape.Size, shape.Size, shape.Inputs).permute(0, 3, 1, 2).contiguous().detach();
            (x.requires_grad, w.requires_grad) = (true, true);
            long padding = shape.Size / 2 * shape.Dilation;
            Tensor y = nn.functional.conv2d(
                x,
                w,
                strides: [shape.Stride, shape.Stride],
                padding: [padding, padding],
                dilation: [shape.Dilation, shape.Dilation]);
            IList<Tensor> gradients = autograd.grad([y], [x, w], [Double(Dy)]);
            return [y.permute(0, 2, 3, 1), gradients[0].permute(0, 2, 3, 1), gradients[1].permute(0, 2, 3, 1).reshape(W.shape)];
        }
    }
}
