using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>Runs an exported file by ONNX Runtime, with tensors in and out.</summary>
internal static class OnnxRun
{
    /// <summary>A session on one thread.</summary>
    public static InferenceSession Open(string path)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(path, options);
    }

    /// <summary>Every output for a batch of images, (N, C, H, W) float32.</summary>
    public static List<Tensor> Run(InferenceSession session, Tensor images)
    {
        float[] pixels = images.contiguous().data<float>().ToArray();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, images.shape);
        using Microsoft.ML.OnnxRuntime.RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
            run,
            new Dictionary<string, OrtValue>(StringComparer.Ordinal) { ["images"] = input },
            session.OutputNames);
        return [.. results.Select(Copied)];
    }

    private static Tensor Copied(OrtValue result)
    {
        OrtTensorTypeAndShapeInfo info = result.GetTensorTypeAndShape();
        bool floats = info.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float;
        Tensor copy = empty(info.Shape, dtype: floats ? ScalarType.Float32 : ScalarType.Int64);
        if (floats)
        {
            result.GetTensorDataAsSpan<float>().CopyTo(MemoryMarshal.Cast<byte, float>(copy.bytes));
        }
        else
        {
            result.GetTensorDataAsSpan<long>().CopyTo(MemoryMarshal.Cast<byte, long>(copy.bytes));
        }

        return copy;
    }
}
