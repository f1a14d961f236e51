#pragma warning disable
using TorchSharp;
using DenseCL.Models;
namespace DenseCL.Weights.Onnx { internal record OnnxOptions { public bool AllStages; public bool Normalise; } internal static class OnnxBackbone { public static void Write(string p, ResNet r, OnnxOptions o, Dictionary<string,string> m) {} } }
