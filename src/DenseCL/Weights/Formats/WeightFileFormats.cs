using System.Buffers;
using DenseCL.Platform;
using DenseCL.Weights.Formats.Detectron2;
using DenseCL.Weights.Formats.Onnx;
using DenseCL.Weights.Formats.PyTorch;
using DenseCL.Weights.Formats.Safetensors;
using DenseCL.Weights.Tensors;

namespace DenseCL.Weights.Formats;

/// <summary>Detects the format of a file by its first bytes.</summary>
internal static class WeightFileFormats
{
    private const int HeadLength = 512;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."u8);

    /// <exception cref="WeightFileException">The file is missing, cannot be opened, is damaged, or contains no weights that can be
    /// read.</exception>
    public static WeightFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new WeightFileException($"{path}: is a folder: name the weight file in it.");
        }

        WeightBytes bytes;
        try
        {
            RegularFile.Require(path);
            bytes = new WeightBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeightFileException(
                $"{path}: there is no such file: check that the path is right, from the folder {Environment.CurrentDirectory}.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new WeightFileException($"{path}: cannot be opened ({e.Message}): check that it is a file and may be read.", e);
        }

        return Open(bytes, path);
    }

    private static WeightFile Open(WeightBytes bytes, string path)
    {
        byte[] head;
        try
        {
            head = new byte[(int)Math.Min(HeadLength, bytes.Length)];
            bytes.Read(head, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bytes.Dispose();
            throw new WeightFileException($"{path}: cannot be read ({e.Message}): check that it is a file and that its disk is whole.", e);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }

        return head switch
        {
            [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..] => SafetensorsFile.Open(bytes, verify: false),
            [(byte)'P', (byte)'K', ..] => PyTorchFile.Open(bytes),
            _ when TorchMagic.IsLegacy(head) || TorchMagic.IsTar(head) => PyTorchFile.Open(bytes),
            _ when OnnxSignature.Matches(head) => OnnxFile.Open(bytes),
            _ when IsPickle(head) => Detectron2File.Open(bytes),
            _ => throw Unknown(bytes, head),
        };
    }

    /// <summary>Protocols from 2 on begin with PROTO; older ones have no header, but begin with one of a few instructions.</summary>
    private static bool IsPickle(byte[] head) => head switch
    {
        [0x80, <= 16, ..] => true,
        [(byte)'(' or (byte)'}' or (byte)']', (byte)'d' or (byte)'l' or (byte)'q' or (byte)'p', ..] => true,
        [(byte)'(' or (byte)']', (byte)'c', .. byte[] name] => IsGlobal(name),
        [(byte)'c', .. byte[] name] => IsGlobal(name),
        _ => false,
    };

    /// <summary>
    /// Two lines that are the names of a module and of an object in it: a refused pickle is then refused by its name.
    /// </summary>
    private static bool IsGlobal(ReadOnlySpan<byte> text)
    {
        for (int line = 0; line < 2; line++)
        {
            int end = text.IndexOf((byte)'\n');
            if (end < 1 || text[..end].ContainsAnyExcept(NameBytes))
            {
                return false;
            }

            text = text[(end + 1)..];
        }

        return true;
    }

    private static WeightFileException Unknown(WeightBytes bytes, byte[] head)
    {
        bytes.Dispose();
        return new WeightFileException(
            head.Length == 0
                ? $"{bytes.Path}: is empty: copy or export it again."
                : $"{bytes.Path}: begins with the bytes {Convert.ToHexString(head.AsSpan(0, Math.Min(16, head.Length)))}, "
                    + "which none of the formats does that are read: "
                    + "safetensors, PyTorch (.pth, .pt), ONNX and pickled numpy arrays (.pkl of Detectron2). "
                    + "Export the weights as one of them."
        );
    }
}
