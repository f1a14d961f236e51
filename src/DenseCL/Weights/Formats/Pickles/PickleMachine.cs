using System.Text;
using DenseCL.Weights.Formats.Pickles.Objects;
using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Formats.Pickles.PickleOpcode;

namespace DenseCL.Weights.Formats.Pickles;

/// <summary>
/// Reads a pickle as a description of objects. Python executes a pickle as a program that may call anything. This machine has only the
/// instructions for containers, texts and numbers; the only calls are the constructors in <see cref="PickleGlobals"/>, which make records.
/// </summary>
/// <remarks>The instructions: pickletools in Python's standard library.</remarks>
internal sealed class PickleMachine
{
    // The approximate memory of each.
    private const int EntryCost = 128;
    private const int StepCost = 32;
    private const int ContainerCost = 128;
    private const int MaxName = 512;

    /// <summary>Lines of protocol 0 are decoded in memory; arrays are no longer written this way.</summary>
    private const int MaxLine = 1 << 24;

    private readonly PickleReader reader;
    private readonly PickleBudget budget;
    private readonly Func<object?, StorageReference>? persistent;
    private readonly PickleStack stack = new();
    private readonly PickleMemo memo;

    private PickleMachine(ByteSource source, long position, PickleBudget budget, Func<object?, StorageReference>? persistent)
    {
        (reader, this.budget, this.persistent) = (new PickleReader(source, position), budget, persistent);
        memo = new PickleMemo(budget);
    }

    /// <summary>Reads a pickle.</summary>
    /// <param name="source">The bytes that contain it.</param>
    /// <param name="position">Its first byte; afterwards the byte after its last.</param>
    /// <param name="budget">The memory it may use.</param>
    /// <param name="persistent">Makes storages from their references; null if the file has none.</param>
    /// <returns>
    /// null, a bool, long, BigInteger or double, or one of the records of this folder. Containers may contain themselves, or one another
    /// many times.
    /// </returns>
    /// <exception cref="FormatException">It is damaged.</exception>
    /// <exception cref="NotSupportedException">It is too large, or contains something that is not supported.</exception>
    public static object? Load(ByteSource source, ref long position, PickleBudget budget, Func<object?, StorageReference>? persistent)
    {
        PickleMachine machine = new(source, position, budget, persistent);
        PickleOpcode next;
        while ((next = (PickleOpcode)machine.reader.Byte()) != Stop)
        {
            machine.budget.Charge(StepCost);
            if (!machine.Literal(next) && !machine.Text(next) && !machine.Container(next) && !machine.Memory(next))
            {
                machine.Call(next);
            }
        }

        position = machine.reader.Position;
        return machine.stack.Pop();
    }

    private bool Literal(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case None:
                stack.Push(null);
                return true;
            case NewTrue or NewFalse:
                stack.Push(opcode == NewTrue);
                return true;
            case BinInt1:
                stack.Push((long)reader.Byte());
                return true;
            case BinInt2:
                stack.Push((long)reader.UInt16());
                return true;
            case BinInt:
                stack.Push((long)reader.Int32());
                return true;
            case Long1 or Long4:
                long length = opcode == Long1 ? reader.Byte() : reader.Length(wide: false);
                stack.Push(length <= PickleLiterals.MaxNumber
                    ? PickleLiterals.Whole(reader.Bytes((int)length))
                    : throw new FormatException($"a number in the pickle has {length} bytes (limit {PickleLiterals.MaxNumber})"));
                return true;
            case Int or PickleOpcode.Long:
                stack.Push(PickleLiterals.Whole(reader.Line(PickleLiterals.MaxNumber), truthValues: opcode == Int));
                return true;
            case PickleOpcode.Float:
                stack.Push(PickleLiterals.Real(reader.Line(MaxName)));
                return true;
            case BinFloat:
                stack.Push(reader.Double());
                return true;
            default:
                return false;
        }
    }

    private bool Text(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case ShortBinUnicode:
                return PushText(PickleTextKind.Unicode, reader.Byte());
            case BinUnicode:
                return PushText(PickleTextKind.Unicode, reader.UInt32());
            case BinUnicode8:
                return PushText(PickleTextKind.Unicode, reader.Length(wide: true));
            case ShortBinString:
                return PushText(PickleTextKind.Latin1, reader.Byte());
            case BinString:
                return PushText(PickleTextKind.Latin1, reader.Length(wide: false));
            case ShortBinBytes:
                return PushText(PickleTextKind.Bytes, reader.Byte());
            case BinBytes:
                return PushText(PickleTextKind.Bytes, reader.UInt32());
            case BinBytes8 or ByteArray8:
                return PushText(PickleTextKind.Bytes, reader.Length(wide: true));
            case PickleOpcode.String:
                byte[] quoted = PickleLiterals.Quoted(Line());
                stack.Push(new PickleText(PickleTextKind.Latin1, new MemoryBytes(quoted), 0, quoted.Length));
                return true;
            case Unicode:
                byte[] text = Encoding.UTF8.GetBytes(PickleLiterals.Unescaped(Line()));
                stack.Push(new PickleText(PickleTextKind.Unicode, new MemoryBytes(text), 0, text.Length));
                return true;
            default:
                return false;
        }
    }

    private bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case EmptyTuple:
                stack.Push(new PickleTuple([]));
                return true;
            case Tuple1 or Tuple2 or Tuple3:
                stack.Push(new PickleTuple(stack.Pop(opcode - Tuple1 + 1)));
                return true;
            case PickleOpcode.Tuple:
                stack.Push(new PickleTuple(PopMark()));
                return true;
            case EmptyList or EmptySet or PickleOpcode.List or FrozenSet:
                budget.Charge(ContainerCost);
                PickleList list = new();
                if (opcode is PickleOpcode.List or FrozenSet)
                {
                    list.Items.AddRange(PopMark());
                }

                stack.Push(list);
                return true;
            case EmptyDict or Dict:
                budget.Charge(ContainerCost);
                PickleDictionary dictionary = new();
                if (opcode == Dict)
                {
                    SetAll(dictionary, PopMark());
                }

                stack.Push(dictionary);
                return true;
            case Append:
                object?[] one = stack.Pop(1);
                Target<PickleList>("APPEND").Items.AddRange(one);
                return true;
            case Appends or AddItems:
                object?[] items = PopMark();
                Target<PickleList>("APPENDS").Items.AddRange(items);
                return true;
            case SetItem:
                object?[] entry = stack.Pop(2);
                SetAll(Target<PickleDictionary>("SETITEM"), entry);
                return true;
            case SetItems:
                object?[] entries = PopMark();
                SetAll(Target<PickleDictionary>("SETITEMS"), entries);
                return true;
            default:
                return false;
        }
    }

    private bool Memory(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case Proto:
                byte protocol = reader.Byte();
                return protocol <= 5
                    ? true
                    : throw new NotSupportedException(
                        $"its pickle is of protocol {protocol}, of which 0 to 5 are read: write it with pickle_protocol=2");
            case Frame:
                reader.Length(wide: true);
                return true;
            case PickleOpcode.Mark:
                stack.Mark();
                return true;
            case Pop:
                stack.Drop();
                return true;
            case PickleOpcode.PopMark:
                stack.PopMark();
                return true;
            case Dup:
                stack.Push(stack.Peek());
                return true;
            case Get:
                stack.Push(memo.Get(Place()));
                return true;
            case BinGet:
                stack.Push(memo.Get(reader.Byte()));
                return true;
            case LongBinGet:
                stack.Push(memo.Get(reader.UInt32()));
                return true;
            case Put:
                memo.Put(Place(), stack.Peek());
                return true;
            case BinPut:
                memo.Put(reader.Byte(), stack.Peek());
                return true;
            case LongBinPut:
                memo.Put(reader.UInt32(), stack.Peek());
                return true;
            case Memoize:
                memo.Add(stack.Peek());
                return true;
            default:
                return false;
        }
    }

    private void Call(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case Global:
                string module = Encoding.Latin1.GetString(reader.Line(MaxName)), name = Encoding.Latin1.GetString(reader.Line(MaxName));
                stack.Push(PickleGlobals.Find(module, name));
                break;
            case StackGlobal:
                object?[] names = stack.Pop(2);
                stack.Push(names is [PickleText { IsShort: true } space, PickleText { IsShort: true } word]
                    ? PickleGlobals.Find(space.ToText(), word.ToText())
                    : throw new FormatException("STACK_GLOBAL finds no two texts"));
                break;
            case Reduce or NewObj:
                object?[] call = stack.Pop(2);

                // A dictionary may be made from a list of entries, and from the same list repeatedly.
                budget.Charge(
                    call[1] is PickleTuple { Items: [PickleList list, ..] }
                        ? ContainerCost + ((long)EntryCost * list.Items.Count)
                        : ContainerCost);
                stack.Push(
                    call is [PickleGlobal { Call: { } make }, PickleTuple arguments]
                        ? make(arguments.Items)
                        : throw new NotSupportedException(
                            $"its pickle calls {Describe(call[0])}, which makes no tensor, array or dictionary, "
                            + "and this program runs no code out of files. "
                                + "Load it in Python you trust and save its state_dict again"));
                break;
            case Build:
                Attach(stack.Pop(1)[0], stack.Peek());
                break;
            case BinPersId:
                object?[] id = stack.Pop(1);
                budget.Charge(ContainerCost);
                stack.Push(
                    persistent is null
                        ? throw new NotSupportedException(
                            "its pickle refers to something outside of it (BINPERSID): save it with torch.save, or numpy arrays with pickle"
                        )
                        : persistent(id[0]));
                break;
            case PersId or Inst or Obj or Ext1 or Ext2 or Ext4 or NewObjEx or NextBuffer or ReadOnlyBuffer:
                throw new NotSupportedException(
                    $"its pickle has the instruction {opcode.ToString().ToUpperInvariant()}, which neither torch.save nor numpy writes, "
                    + "and this program runs no code "
                    + "out of files. Load it in Python you trust and save its state_dict again");
            default:
                throw new FormatException($"byte {reader.Position - 1} of the pickle, 0x{(byte)opcode:X2}, is not an instruction");
        }
    }

    /// <summary>Attributes of a dictionary, such as the versions in a state_dict's <c>_metadata</c>, are irrelevant for weights.</summary>
    private static void Attach(object? state, object? target)
    {
        switch (target)
        {
            case PickleDictionary:
                break;
            case ArrayRecord array:
                array.Build(state);
                break;
            case ArrayType type:
                type.Build(state);
                break;
            default:
                throw new NotSupportedException(
                    $"its pickle gives a state to {Describe(target)}, which is not read: "
                    + $"load it in Python you trust and save its state_dict again"
                );
        }
    }

    private static string Describe(object? value) => value switch
    {
        PickleGlobal known => known.Name,
        PickleText => "a text",
        PickleTuple or PickleList or PickleDictionary => "a container",
        TensorRecord => "a tensor",
        _ => "something",
    };

    private bool PushText(PickleTextKind kind, long length)
    {
        budget.Charge(2 * ContainerCost);
        stack.Push(new PickleText(kind, reader.Source, reader.Skip(length), length));
        return true;
    }

    private object?[] PopMark()
    {
        object?[] items = stack.PopMark();
        budget.Charge(16 * items.Length);
        return items;
    }

    private T Target<T>(string instruction)
        where T : class =>
        stack.Peek() as T ?? throw new FormatException($"{instruction} finds {Describe(stack.Peek())} where a list or dictionary belongs");

    private void SetAll(PickleDictionary dictionary, object?[] entries)
    {
        if (entries.Length % 2 != 0)
        {
            throw new FormatException("a dictionary in the pickle has a key without a value");
        }

        for (int i = 0; i < entries.Length; i += 2)
        {
            budget.Charge(EntryCost);
            dictionary.Set(entries[i], entries[i + 1]);
        }
    }

    private byte[] Line()
    {
        byte[] line = reader.Line(MaxLine);
        budget.Charge(4 * line.Length);
        return line;
    }

    private long Place() => PickleLiterals.Whole(reader.Line(32), truthValues: false) as long? ?? -1;
}
