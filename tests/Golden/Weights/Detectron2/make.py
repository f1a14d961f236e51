"""Writes the tables of tensor names beside this file: torchvision's, and what Detectron2 calls the same tensor.

torchvision's names come from torchvision itself. Detectron2's are put together from how its ResNet is built (detectron2/modeling/backbone/resnet.py,
and the rule of tools/convert-torchvision-to-d2.py): a stem with conv1, stages res2 to res5 of blocks with conv1, conv2, conv3 and, in the
first, shortcut; each of these a convolution with its batch norm inside, as `norm`. The two are matched by the order in which torchvision
lists its own, and checked against its shapes. A dash: Detectron2 has no such tensor.

Run with Debian's python3-torchvision 0.14: python3 make.py
"""
import os

import torchvision

BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
NORM = ("weight", "bias", "running_mean", "running_var")


def convolution(name, shape):
    """Name and shape of each tensor of a convolution with its norm, in torchvision's order; None for the counter of batches."""
    yield name + ".weight", shape
    for tensor in NORM:
        yield f"{name}.norm.{tensor}", shape[:1]
    yield None, ()


def detectron2(depth):
    yield from convolution("stem.conv1", (64, 3, 7, 7))
    channels = 64
    for stage, blocks in enumerate(BLOCKS[depth]):
        width = 64 << stage
        for block in range(blocks):
            place = f"res{stage + 2}.{block}"
            yield from convolution(place + ".conv1", (width, channels, 1, 1))
            yield from convolution(place + ".conv2", (width, width, 3, 3))
            yield from convolution(place + ".conv3", (4 * width, width, 1, 1))
            if block == 0:
                yield from convolution(place + ".shortcut", (4 * width, channels, 1, 1))
            channels = 4 * width


for depth in BLOCKS:
    state = getattr(torchvision.models, f"resnet{depth}")(weights=None).state_dict()
    theirs = [(name, tuple(tensor.shape)) for name, tensor in state.items() if not name.startswith("fc.")]
    ours = list(detectron2(depth))
    assert len(theirs) == len(ours)
    assert [shape for _, shape in theirs] == [shape for _, shape in ours]
    for (a, _), (b, _) in zip(theirs, ours):
        assert a.rsplit(".")[-1] == ("num_batches_tracked" if b is None else b.rsplit(".")[-1]), (a, b)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), f"resnet{depth}.txt"), "w") as file:
        for (a, _), (b, _) in zip(theirs, ours):
            print(a, b or "-", file=file)
