"""The match score of a ResNet-18 in torchvision's names, by other people's code alone: torchvision's network, Pillow's pixels, and a geometry of its own.

    python3 tests/Golden/Transfer/match_score.py WEIGHTS.pth VIEWS.json

VIEWS.json: {"size", "stride": 16 | 32, "mean", "std", "pairs": [{"image": PATH, "first": [left, top, width, height, flipped], "second": [...]}]}.
Prints {"matches", "exactMatches", "chance", "positions"}.
"""
import json
import sys

import numpy as np
import torch
import torchvision
from PIL import Image

weights, views = sys.argv[1], json.load(open(sys.argv[2]))
size, stride = views["size"], views["stride"]
torch.set_num_threads(1)

network = torchvision.models.resnet18()
missing, unexpected = network.load_state_dict(torch.load(weights, map_location="cpu"), strict=False)
assert set(missing) <= {"fc.weight", "fc.bias"} and not unexpected, (missing, unexpected)
if stride == 16:
    # The last stage without its stride: what comes behind looks twice as far around instead.
    first, second = network.layer4
    first.conv1.stride = (1, 1)
    first.downsample[0].stride = (1, 1)
    for convolution in (first.conv2, second.conv1, second.conv2):
        convolution.dilation, convolution.padding = (2, 2), (2, 2)
network.avgpool = torch.nn.Identity()
network.fc = torch.nn.Identity()
network.eval()


def pixels(image, crop):
    left, top, width, height, flipped = crop
    view = image.crop((left, top, left + width, top + height)).resize((size, size), Image.BILINEAR)
    view = view.transpose(Image.FLIP_LEFT_RIGHT) if flipped else view
    return (np.asarray(view, np.float32) / 255 - np.float32(views["mean"])) / np.float32(views["std"])


def features(view):
    with torch.no_grad():
        flat = network(torch.from_numpy(view.transpose(2, 0, 1)[None]))[0].numpy().astype(np.float64)   # (C · P · P), for forward flattens
    rows = flat.reshape(512, -1).T
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def centres(side):
    """(P · P, 2): of each cell the place in its view, x and y from 0 to 1."""
    along = (np.arange(side) + 0.5) / side
    y, x = np.meshgrid(along, along, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], 1)


def into_image(place, crop):
    left, top, width, height, flipped = crop
    x = 1 - place[:, 0] if flipped else place[:, 0]
    return np.stack([left + x * width, top + place[:, 1] * height], 1)


def into_view(place, crop):
    left, top, width, height, flipped = crop
    x, y = (place[:, 0] - left) / width, (place[:, 1] - top) / height
    return np.stack([1 - x if flipped else x, y], 1)


right = exact = count = 0
near = 0.0
for pair in views["pairs"]:
    with Image.open(pair["image"]) as file:
        image = file.convert("RGB")
    one, other = features(pixels(image, pair["first"])), features(pixels(image, pair["second"]))
    side = round(len(one) ** 0.5)
    cells = centres(side)
    true = into_view(into_image(cells, pair["first"]), pair["second"])
    counts = ((true >= 0) & (true < 1)).all(1)
    far = np.abs(true[counts, None] - cells[None]).max(2) * side      # (counted, P · P), in cells
    best = (one[counts] @ other.T).argmax(1)
    right += (far[np.arange(len(best)), best] <= 1).sum()
    exact += (np.floor(true[counts] * side) == np.floor(cells[best] * side)).all(1).sum()
    near += (far <= 1).mean(1).sum()
    count += len(best)

print(json.dumps({"matches": right / count, "exactMatches": exact / count, "chance": near / count, "positions": int(count)}))
