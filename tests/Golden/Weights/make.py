#!/usr/bin/env python3
"""Writes the weight files that the tests of the readers open, and expected.json with what is in them.

Run by hand with Debian 12's python3-torch (1.13) and python3-numpy (1.24); the tests read the files and never run this:

    /usr/bin/python3 tests/Golden/Weights/make.py

All numbers are made up. expected.json: file -> {"tensors": {key: [type, shape, hex of the row-major little-endian bytes]},
"unreadable": [keys], "metadata": {key: text}}; the metadata is what must be there, not all of it.
"""
import collections
import io
import json
import pathlib
import pickle
import struct
import zipfile

import numpy as np
import torch

OUT = pathlib.Path(__file__).parent
NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.int32: "I32",
    torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}
NUMPY = {"f8": "F64", "f4": "F32", "f2": "F16", "i8": "I64", "i4": "I32", "i2": "I16", "i1": "I8", "u1": "U8", "b1": "BOOL"}
expected = {}


def raw(tensor):
    tensor = tensor.detach().contiguous().clone()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes().hex()


def flatten(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flatten(inner, path + (str(key),))
    elif isinstance(value, (list, tuple)):
        for i, inner in enumerate(value):
            yield from flatten(inner, path + (str(i),))
    elif isinstance(value, (torch.Tensor, np.ndarray)):
        yield ".".join(path) or ("tensor" if isinstance(value, torch.Tensor) else "array"), value


def describe(value):
    if isinstance(value, torch.Tensor):
        return [NAMES[value.dtype], list(value.shape), raw(value)]
    value = np.ascontiguousarray(value).reshape(value.shape)
    value = value.astype(value.dtype.newbyteorder("<"))
    return [NUMPY[value.dtype.str[1:]], list(value.shape), value.tobytes().hex()]


def readable(value):
    return value.dtype in NAMES if isinstance(value, torch.Tensor) else value.dtype.str[1:] in NUMPY


def expect(name, value, metadata=None):
    expected[name] = {
        "tensors": {k: describe(v) for k, v in flatten(value) if readable(v)},
        "unreadable": [k for k, v in flatten(value) if not readable(v)],
        "metadata": metadata or {},
    }


def save_torch(name, value, metadata=None, protocols=(2,)):
    for form, zipped in (("zip", True), ("legacy", False)):
        for protocol in protocols:
            file = f"{name}.{form}{protocol if protocol != 2 else ''}.pth"
            torch.save(value, OUT / file, _use_new_zipfile_serialization=zipped, pickle_protocol=protocol)
            expect(file, value, metadata)


def save_numpy(name, value, metadata=None, protocols=(2, 3, 4, 5)):
    for protocol in protocols:
        file = f"{name}.{protocol}.pkl"
        (OUT / file).write_bytes(pickle.dumps(value, protocol))
        expect(file, value, metadata)


def every_type():
    numbers = torch.tensor([0.0, 1.0, -2.5, 3.25, 100.0, -7.0])
    return {str(t).split(".")[1]: (numbers.abs() if t == torch.uint8 else numbers).to(t).reshape(2, 3) for t in NAMES}


def views():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8
    tied = torch.tensor([1.5, -2.5])
    return collections.OrderedDict(
        base=base,
        slice=base[1:3, 2:5],
        transposed=base.t(),
        step=base[:, 1::2],
        row=base[3],
        expanded=torch.tensor([[1.0], [2.0]]).expand(2, 5),
        cube=torch.arange(60, dtype=torch.int16).reshape(3, 4, 5).permute(2, 0, 1),
        channels_last=torch.arange(48, dtype=torch.float64).reshape(2, 3, 2, 4).contiguous(memory_format=torch.channels_last),
        half=base.half().t()[1:],
        bytes=torch.arange(12, dtype=torch.uint8).reshape(3, 4).t(),
        empty=torch.zeros(3, 0, 2),
        scalar=torch.tensor(0.1, dtype=torch.float64),
        window=torch.arange(6, dtype=torch.float32).as_strided((3, 4), (1, 1)),
        tied_a=tied,
        tied_b=tied,
        tied_c=tied[1:],
    )


def checkpoint():
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    net(torch.ones(2, 3, 3, 3)).sum().backward()
    optimizer.step()
    return {
        "epoch": 7,
        "arch": "resnet18",
        "best": np.float64(0.5),
        "rate": np.float32(0.25),
        "done": True,
        "nothing": None,
        "state_dict": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
        "history": [0.5, 1, "x"],
        "size": torch.Size([2, 3]),
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "generator": np.arange(3, dtype=np.int64),
    }


def wide_attributes():
    """A tensor with attributes, which newer versions write through _rebuild_from_type_v2."""
    tensor = torch.tensor([3.0, 4.0])
    tensor.note = "a note"
    return {"noted": tensor}


def big_endian(name):
    """The same file as a big-endian machine would write it: entry byteorder, and each storage turned round."""
    value = {k: v for k, v in every_type().items() if v.element_size() > 1}
    value["slice"] = value["float32"].t()[1:]
    buffer = io.BytesIO()
    torch.save(value, buffer)
    sizes = {2: [torch.float16, torch.bfloat16, torch.int16], 4: [torch.float32, torch.int32], 8: [torch.float64, torch.int64]}
    lengths = {}
    for size, types in sizes.items():
        for t in types:
            lengths[str(t).split(".")[1]] = size
    order = [lengths[k] for k in value if k != "slice"]
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(OUT / name, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if "/data/" in info.filename:
                size = order[int(info.filename.rsplit("/", 1)[1])]
                data = b"".join(data[i:i + size][::-1] for i in range(0, len(data), size))
            new.writestr(info.filename, data)
        new.writestr("archive/byteorder", b"big")
        new.writestr("archive/.data/serialization_id", b"1234")
    expect(name, value)


def repacked(name):
    """As another zip program packs it: compressed, with another folder and a comment at the end."""
    value = {"a": torch.arange(300, dtype=torch.float32).reshape(10, 30), "b": torch.zeros(2, 2, dtype=torch.int8)}
    value["c"] = value["a"].t()
    buffer = io.BytesIO()
    torch.save(value, buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(OUT / name, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr("another name/" + info.filename.split("/", 1)[1], old.read(info))
        new.comment = b"packed again"
    expect(name, value)


def legacy_views(name):
    """Before PyTorch 0.4 a storage could be a part of another; the persistent id has six parts, the last (key, offset, size)."""
    class Storage:
        def __init__(self, key, offset, size, view):
            self.id = ("storage", torch.FloatStorage, key, "cpu", 10, (view, offset, size) if view else None)

    class Tensor:
        def __init__(self, storage, offset, size, stride):
            self.args = (storage, offset, size, stride)

        def __reduce__(self):
            return torch._utils._rebuild_tensor, self.args

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return value.id if isinstance(value, Storage) else None

    whole, part = Storage("root", 0, 10, None), Storage("root", 3, 4, "view")
    value = collections.OrderedDict(whole=Tensor(whole, 0, (10,), (1,)), part=Tensor(part, 1, (3,), (1,)))
    file = io.BytesIO()
    pickle.dump(0x1950A86A20F9469CFC6C, file, 2)
    pickle.dump(1001, file, 2)
    pickle.dump({"protocol_version": 1001, "little_endian": False, "type_sizes": {"short": 2, "int": 4, "long": 8}}, file, 2)
    Pickler(file, 2).dump(value)
    pickle.dump(["root"], file, 2)
    numbers = np.arange(10, dtype="<f4") / 4
    # The count as a big-endian machine wrote it; the elements were little-endian there too.
    file.write(struct.pack(">q", 10) + numbers.tobytes())
    (OUT / name).write_bytes(file.getvalue())
    expect(name, {"whole": torch.from_numpy(numbers), "part": torch.from_numpy(numbers)[4:7]})


def typed_rebuild(name):
    """What newer versions write for types without a storage class: _rebuild_tensor_v3 on bytes. This version cannot, so it is put together."""
    class Storage:
        id = ("storage", torch.storage.UntypedStorage, "0", "cpu", 8)

    class Tensor:
        def __init__(self, *args):
            self.args = args

        def __reduce__(self):
            return torch._utils._rebuild_tensor_v3, self.args

    def call(*args):
        raise AssertionError

    call.__module__, call.__qualname__, call.__name__ = "torch._utils", "_rebuild_tensor_v3", "_rebuild_tensor_v3"
    torch._utils._rebuild_tensor_v3 = call

    class Pickler(pickle._Pickler):
        def persistent_id(self, value):
            return value.id if value is Storage or isinstance(value, Storage) else None

    untyped = torch.storage.UntypedStorage if hasattr(torch.storage, "UntypedStorage") else None
    assert untyped is not None
    storage, hooks = Storage(), collections.OrderedDict()
    value = {
        "i16": Tensor(storage, 1, (3,), (1,), False, hooks, torch.int16),
        "f32": Tensor(storage, 0, (2,), (1,), False, hooks, torch.float32),
        "c64": Tensor(storage, 0, (1,), (1,), False, hooks, torch.complex64),
    }
    file = io.BytesIO()
    Pickler(file, 2).dump(value)
    data = struct.pack("<4h", 1, 2, 3, 16256)
    with zipfile.ZipFile(OUT / name, "w") as archive:
        archive.writestr("archive/data.pkl", file.getvalue())
        archive.writestr("archive/byteorder", b"little")
        archive.writestr("archive/data/0", data)
        archive.writestr("archive/version", b"3\n")
    del torch._utils._rebuild_tensor_v3
    expect(name, {"i16": torch.tensor([2, 3, 16256], dtype=torch.int16), "f32": torch.from_numpy(np.frombuffer(data, "<f4").copy()), "c64": torch.zeros(1, dtype=torch.complex64)})


def arrays():
    cube = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 4
    model = {f"{order}{code}": np.array([[0, 1, 2], [3, 100, 5]], dtype=order + code) for order in "<>" for code in NUMPY if code[1] != "1"}
    model.update({code: np.array([[0, 1, 0], [1, 1, 0]], dtype=code) for code in NUMPY if code[1] == "1"})
    model.update({
        "stem.conv1.weight": cube,
        "fortran": np.asfortranarray(cube),
        "fortran_big": np.asfortranarray(cube.astype(">f8")),
        "transposed": cube.T,
        "every_byte": np.arange(256, dtype=np.uint8),
        "scalar": np.array(2.5, dtype=np.float32),
        "empty": np.zeros((0, 3), dtype=np.float32),
        "tied": cube,
        "words": np.array(["a", "b"]),
        "complex": np.array([1j], dtype=np.complex64),
    })
    return {"model": model, "__author__": "nobody", "matching_heuristics": True, "score": np.float32(0.5)}


def python2(name):
    """As Python 2 and numpy write it: all texts, and the bytes of arrays, are latin1 strings; the dictionary comes as a list of pairs."""
    def string(b):
        return b"U" + bytes([len(b)]) + b if len(b) < 256 else b"T" + struct.pack("<i", len(b)) + b

    def array(shape, code, order, fortran, data):
        sides = b"(" + b"".join(b"K" + bytes([s]) for s in shape) + b"t"
        dtype = b"cnumpy\ndtype\n" + string(code) + b"K\x00K\x01\x87R(K\x03" + string(order) + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        head = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        return head + b"(K\x01" + sides + dtype + (b"\x88" if fortran else b"\x89") + string(data) + b"tb"

    one = np.arange(6, dtype="<f4").reshape(2, 3)
    two = np.arange(100, dtype=">i8").reshape(10, 10)
    pairs = b"](" + b"](" + string(b"w") + array(one.shape, b"f4", b"<", False, one.tobytes()) + b"e" \
        + b"](" + string(b"\xfcber") + array(two.shape, b"i8", b">", True, two.tobytes("F")) + b"ee"
    inner = b"ccollections\nOrderedDict\n" + pairs + b"\x85R"
    (OUT / name).write_bytes(b"\x80\x02}q\x01(" + string(b"model") + inner + string(b"__author__") + string(b"Caffe2") + b"u.")
    expect(name, {"model": {"w": one, "\u00fcber": two}}, {"__author__": "Caffe2"})


save_torch("types", every_type(), protocols=(2, 3, 4, 5))
save_torch("views", views())
save_torch("checkpoint", checkpoint(), {
    "epoch": "7", "arch": "resnet18", "best": "0.5", "rate": "0.25", "done": "True", "nothing": "None", "history.0": "0.5", "history.1": "1",
    "history.2": "x", "size.1": "3", "device": "cpu", "dtype": "torch.float16", "optimizer.param_groups.0.lr": "0.05",
})
save_torch("bare", torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
save_torch("list", [torch.tensor([1]), (torch.tensor([2]), {"x": torch.tensor([3])})])
save_torch("complex", {"c": torch.zeros(2, dtype=torch.complex64), "x": torch.ones(2)})
save_torch("noted", wide_attributes())
big_endian("big-endian.pth")
repacked("repacked.pth")
legacy_views("storage-views.pth")
typed_rebuild("typed-rebuild.pth")
save_numpy("arrays", arrays(), {"__author__": "nobody", "matching_heuristics": "True", "score": "0.5"})
save_numpy("bare", {"conv1.weight": np.ones((2, 2), np.float32)}, protocols=(0, 1, 2, 4))
python2("python2.pkl")
(OUT / "expected.json").write_text(json.dumps(expected, indent=0, sort_keys=True) + "\n")
