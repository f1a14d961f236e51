using System.Globalization;
using DenseCL.Compute;
using DenseCL.Weights.Formats.Pickles;
using DenseCL.Weights.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>Writes tensors in the format in which <c>torch.save</c> writes a state dict, without PyTorch.</summary>
internal static class PyTorchWriter
{
    /// <summary>
    /// Writes a file that <c>torch.load</c> of PyTorch 1.6 and later reads, also with <c>weights_only=True</c>. The same input gives the
    /// same bytes. The file is written under another name and renamed: the old one stays until the new one is on the disk.
    /// </summary>
    /// <param name="path">The file to make or replace, such as <c>model.pth</c>.</param>
    /// <param name="tensors">
    /// Names, each once, and tensors on any device; a view is written in its logical order, row-major. Tensors that share memory are
    /// written once, and share memory again when PyTorch has read them.
    /// </param>
    /// <param name="key">Null: the file is the state dict. Otherwise it is a dictionary that has the state dict under this key, such as
    /// <c>state_dict</c>.</param>
    /// <param name="beside">
    /// The other content of that dictionary: texts, Booleans, integers, floats, null, and lists and dictionaries (with text keys) of these.
    /// PyTorch before 2.0 reads floats only without <c>weights_only</c>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice, a tensor or value has a type that is not supported, or <paramref name="beside"/> is given without a key or
    /// contains the key.
    /// </exception>
    /// <exception cref="WeightFileException">The file could not be written, for example because the disk is full; the old one is
    /// unchanged.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        string? key = null,
        IReadOnlyDictionary<string, object?>? beside = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        if (beside is not null && (key is null || beside.ContainsKey(key)))
        {
            throw new ArgumentException(
                "Notes require a key for the state dict, and must not contain that key themselves.",
                nameof(beside));
        }

        List<(string Name, WeightType Type, Tensor Tensor)> list = WeightOutput.Check(tensors, "PyTorch files");
        (int[] storages, List<int> owners) = Storages(list);
        byte[] pickle = Pickle(list, storages, key, beside);
        WeightOutput.Replace(path, file =>
        {
            StoredZip zip = new(file);
            zip.Add("archive/data.pkl", pickle.Length, append => append(pickle));
            zip.Add("archive/byteorder", 6, append => append("little"u8));
            for (int i = 0; i < owners.Count; i++)
            {
                (_, WeightType type, Tensor tensor) = list[owners[i]];
                zip.Add(
                    string.Create(CultureInfo.InvariantCulture, $"archive/data/{i}"),
                    tensor.numel() * WeightTypes.Size(type),
                    append => TensorBytes.Read(tensor, bytes => append(bytes)));
            }

            zip.Add("archive/version", 2, append => append("3\n"u8));
            zip.Finish();
        });
    }

    /// <summary>
    /// The storage of each tensor, and the first tensor of each storage. Only tensors that are the same view of the same memory share one.
    /// </summary>
    private static (int[] Storages, List<int> Owners) Storages(List<(string Name, WeightType Type, Tensor Tensor)> tensors)
    {
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        List<int> owners = [];
        int[] storages = new int[tensors.Count];
        for (int i = 0; i < storages.Length; i++)
        {
            if (Identity(tensors[i].Tensor) is not { } identity)
            {
                storages[i] = owners.Count;
            }
            else if (!known.TryGetValue(identity, out storages[i]))
            {
                known[identity] = storages[i] = owners.Count;
            }

            if (storages[i] == owners.Count)
            {
                owners.Add(i);
            }
        }

        return (storages, owners);
    }

    /// <summary>The address and layout of a tensor; null if they are unknown.</summary>
    private static unsafe string? Identity(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU || tensor.numel() == 0 || !tensor.is_contiguous())
        {
            return null;
        }

        nint address = (nint)Memory.Of<byte>(tensor);
        return string.Create(CultureInfo.InvariantCulture, $"{address} {tensor.dtype} {string.Join(',', tensor.shape)}");
    }

    private static byte[] Pickle(
        List<(string Name, WeightType Type, Tensor Tensor)> tensors,
        int[] storages,
        string? key,
        IReadOnlyDictionary<string, object?>? beside)
    {
        using MemoryStream stream = new();
        PickleWriter pickle = new(stream, protocol: 2);
        if (key is null)
        {
            StateDict();
        }
        else
        {
            pickle.Dictionary(() =>
            {
                pickle.Entries(beside ?? new Dictionary<string, object?>(StringComparer.Ordinal));
                pickle.Value(key);
                StateDict();
            });
        }

        pickle.Stop();
        return stream.ToArray();

        void StateDict()
        {
            OrderedDict();
            pickle.SetItems(() =>
            {
                for (int i = 0; i < storages.Length; i++)
                {
                    pickle.Value(tensors[i].Name);
                    Tensor(tensors[i].Type, tensors[i].Tensor, storages[i]);
                }
            });
        }

        void OrderedDict()
        {
            pickle.Global("collections", "OrderedDict");
            pickle.Call(() => { });
        }

        void Tensor(WeightType type, Tensor tensor, int storage)
        {
            long[] shape = tensor.shape, strides = RowMajor(shape);
            pickle.Global("torch._utils", "_rebuild_tensor_v2");
            pickle.Call(() =>
            {
                pickle.Tuple(() =>
                {
                    pickle.Word("storage");
                    pickle.Global("torch", StorageClass(type));
                    pickle.Value(storage.ToString(CultureInfo.InvariantCulture));
                    pickle.Word("cpu");
                    pickle.Number(tensor.numel());
                });
                pickle.Persistent();
                pickle.Number(0);           // where in the storage
                pickle.Tuple(shape);
                pickle.Tuple(strides);
                pickle.Value(false);        // requires_grad
                OrderedDict();              // hooks
            });
        }
    }

    private static long[] RowMajor(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(shape[i], 1);
        }

        return strides;
    }

    private static string StorageClass(WeightType type) => type switch
    {
        WeightType.Bool => "BoolStorage",
        WeightType.U8 => "ByteStorage",
        WeightType.I8 => "CharStorage",
        WeightType.I16 => "ShortStorage",
        WeightType.I32 => "IntStorage",
        WeightType.I64 => "LongStorage",
        WeightType.F16 => "HalfStorage",
        WeightType.BF16 => "BFloat16Storage",
        WeightType.F32 => "FloatStorage",
        WeightType.F64 => "DoubleStorage",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "TorchSharp has no tensors of this type."),
    };
}
