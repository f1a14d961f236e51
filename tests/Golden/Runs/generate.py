#!/usr/bin/env python3
"""Writes tests/Golden/Runs/float64/*.json: short training runs of the method in plain PyTorch, in double precision.

Written from the paper (Wang et al., Dense Contrastive Learning for Self-Supervised Visual Pre-Training, CVPR 2021) and, for the settings that the
paper does not have, from docs/recipes.md; from no other program. Nothing is fast here: a whole batch is one graph, logits are written out, and
autograd differentiates all of it. What is in a file, and how a run starts: README.md beside this file.

Run by hand with Debian 12's python3-torch (1.13.1); the tests read the JSON and never run this. Names of runs may be given:

    /usr/bin/python3 tests/Golden/Runs/generate.py [NAME ...]
"""
import fractions
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

OUT = pathlib.Path(__file__).parent / "float64"
MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


# Numbers to start from

def hash_fill(name, count, low, high):
    """Element i is a hash of the name and i, rounded to single precision (README.md)."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    u = (z >> np.uint64(40)).astype(np.float64) / 2 ** 24
    return (low + (high - low) * u).astype(np.float32).astype(np.float64)


def filled(name, shape, low, high):
    return torch.from_numpy(hash_fill(name, math.prod(shape), low, high)).reshape(shape)


class Stream:
    """The drawn numbers of a step: the n-th is SplitMix64's finaliser of a key and n, the key a hash of (seed, purpose, step)."""

    KEY_ORDER, MATCHING, SAMPLED_NEGATIVES = 7, 8, 9

    def __init__(self, seed, purpose, step):
        mixed = self.mix(seed + GOLDEN)
        for part in (purpose, step):
            rotated = ((mixed << 23) | (mixed >> 41)) & MASK
            mixed = self.mix((rotated ^ self.mix(part + GOLDEN)) + GOLDEN)
        self.key, self.count = mixed, 0

    @staticmethod
    def mix(z):
        z &= MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        """Uniform over 0 … bound − 1: the upper 64 bits of the product of 64 random bits and the bound."""
        self.count += 1
        return (self.mix(self.key + self.count * GOLDEN) * bound) >> 64

    def permutation(self, count):
        """Fisher and Yates, from the last to the first."""
        order = list(range(count))
        for i in reversed(range(1, count)):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order


# The network

STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))


def shapes(settings):
    """Names and shapes of the parameters of an encoder: 0 the backbone (a ResNet-18), 1 the heads."""
    found = {}

    def convolution(name, outputs, inputs, size, norm):
        found[f"0.{name}.weight"] = (outputs, inputs, size, size)
        found[f"0.{norm}.weight"] = found[f"0.{norm}.bias"] = (outputs,)

    convolution("conv1", 64, 3, 7, "bn1")
    inputs = 64
    for stage, (width, stride) in enumerate(STAGES, 1):
        for block in range(2):
            at = f"layer{stage}.{block}"
            convolution(f"{at}.conv1", width, inputs, 3, f"{at}.bn1")
            convolution(f"{at}.conv2", width, width, 3, f"{at}.bn2")
            if block == 0 and (stride > 1 or inputs != width):
                convolution(f"{at}.downsample.0", width, inputs, 1, f"{at}.downsample.1")
            inputs = width

    def head(name, *size):
        for layer, outputs in ((0, 512), (2, settings["model.embedding"])):
            found[f"1.{name}.{layer}.weight"], found[f"1.{name}.{layer}.bias"] = (outputs, 512, *size), (outputs,)

    head("mlp")
    if settings["method.lambda"] > 0 and settings["model.denseHead"] == "mlp":
        head("mlp2", 1, 1)
    return found


class Encoder:
    def __init__(self, settings):
        self.settings = settings
        self.parameters, self.buffers = {}, {}
        for name, shape in shapes(settings).items():
            if len(shape) > 1:
                bound = math.sqrt(6 / math.prod(shape[1:]))
            low, high = (-bound, bound) if len(shape) > 1 else (-0.05, 0.05) if name.endswith("bias") else (0.9, 1.1)
            self.parameters[name] = filled(f"encoder_q.{name}", shape, low, high)
            if name.startswith("0.") and name.endswith("bias"):
                norm = name.removesuffix("bias")
                self.buffers[norm + "running_mean"] = torch.zeros(shape, dtype=torch.float64)
                self.buffers[norm + "running_var"] = torch.ones(shape, dtype=torch.float64)
                self.buffers[norm + "num_batches_tracked"] = torch.zeros((), dtype=torch.float64)

    def convolve(self, x, name, stride=1, dilation=1):
        weight = self.parameters[f"0.{name}.weight"]
        return F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2 * dilation, dilation=dilation)

    def normalise(self, x, name):
        """By the statistics of the images that are passed through together, as PyTorch does it in training."""
        name = f"0.{name}."
        self.buffers[name + "num_batches_tracked"] += 1
        return F.batch_norm(
            x, self.buffers[name + "running_mean"], self.buffers[name + "running_var"],
            self.parameters[name + "weight"], self.parameters[name + "bias"], training=True, momentum=0.1, eps=1e-5)

    def backbone(self, x):
        """(n, 3, H, W) to (n, 512, h, w). A stride that would go beyond the output stride becomes a dilation of what follows it."""
        x = F.relu(self.normalise(self.convolve(x, "conv1", 2), "bn1"))
        x = F.max_pool2d(x, 3, 2, 1)
        reached, dilation = 4, 1
        for stage, (_, stride) in enumerate(STAGES, 1):
            before = dilation
            if reached * stride > self.settings["model.outputStride"]:
                stride, dilation = 1, dilation * stride
            reached *= stride
            for block in range(2):
                at = f"layer{stage}.{block}"
                shortcut = x
                if f"0.{at}.downsample.0.weight" in self.parameters:
                    shortcut = self.normalise(self.convolve(x, f"{at}.downsample.0", stride if block == 0 else 1), f"{at}.downsample.1")
                y = self.convolve(x, f"{at}.conv1", stride if block == 0 else 1, before if block == 0 else dilation)
                y = F.relu(self.normalise(y, f"{at}.bn1"))
                x = F.relu(self.normalise(self.convolve(y, f"{at}.conv2", 1, dilation), f"{at}.bn2") + shortcut)
        return x

    def head(self, name, x, layer):
        x = F.relu(layer(x, self.parameters[f"1.{name}.0.weight"], self.parameters[f"1.{name}.0.bias"]))
        return layer(x, self.parameters[f"1.{name}.2.weight"], self.parameters[f"1.{name}.2.bias"])

    def __call__(self, images):
        """Global vectors (n, D), features (n, S², C) and dense vectors (n, S², D or C), none of them of unit length."""
        features = self.backbone(images)
        pooled = self.head("mlp", features.mean((2, 3)), F.linear)
        if self.settings["method.lambda"] == 0:
            return pooled, None, None
        if self.settings["method.gridSize"] != "native":
            features = F.adaptive_avg_pool2d(features, self.settings["method.gridSize"])
        dense = features if self.settings["model.denseHead"] == "none" else self.head("mlp2", features, F.conv2d)
        return pooled, features.flatten(2).transpose(1, 2), dense.flatten(2).transpose(1, 2)


def unit(x, dim=-1):
    return x / x.norm(dim=dim, keepdim=True)


# Which key position is the positive of a query position

def place(cell, side, from_start, from_length, from_flipped, into_start, into_length, into_flipped):
    """Where the centre of a cell of one crop lies in the other, along one axis, in its cells from its edge: exact."""
    along = fractions.Fraction(2 * cell + 1, 2 * side)
    pixel = from_start + from_length * (1 - along if from_flipped else along)
    share = (pixel - into_start) / into_length
    return (1 - share if into_flipped else share) * side


def known_places(query, key, side):
    """Of each position of a query view, the row and column in the key view, in cells. Crops are (left, top, width, height, flipped)."""
    for s in range(side * side):
        yield (place(s // side, side, query[1], query[3], False, key[1], key[3], False),
               place(s % side, side, query[0], query[2], query[4], key[0], key[2], key[4]))


def nearest(places, side):
    return [min(max(math.floor(row), 0), side - 1) * side + min(max(math.floor(column), 0), side - 1) for row, column in places]


def inside(places, side):
    return [0 <= row < side and 0 <= column < side for row, column in places]


def near(places, side):
    """(S², S²): which key positions have their centre at most one cell from the place, along rows and along columns."""
    half = fractions.Fraction(1, 2)
    for row, column in places:
        distances = [abs(at - cell - half) for at in (row, column) for cell in range(side)]
        assert all(abs(distance - 1) > 1e-6 for distance in distances), "a distance of one cell is a tie of rounding: choose other crops"
    return torch.tensor([
        [abs(row - (j // side) - half) <= 1 and abs(column - (j % side) - half) <= 1 for j in range(side * side)] for row, column in places])


def by_similarity(query, key, allowed=None):
    """argmax_j cos(query[s], key[j]) of one image: (S², C) each."""
    cosines = unit(query) @ unit(key).T
    if allowed is not None:
        cosines = cosines.masked_fill(~allowed, -math.inf)
    best = cosines.topk(min(2, cosines.shape[1]), dim=1).values
    if best.shape[1] > 1:
        Matching.margin = min(Matching.margin, (best[:, 0] - best[:, 1]).min().item())
    return cosines.argmax(1)


class Matching:
    """By the rule of a run: positions (N, S²) and which of them have a positive at all."""

    margin = math.inf       # the smallest lead of a match over the next: far above rounding, or the run is no good as a reference

    @staticmethod
    def of(run, step, query, key, crops):
        (query_features, query_dense), (key_features, key_dense) = query, key
        images, positions, _ = query_features.shape
        side, rule = math.isqrt(positions), run.settings["method.matching"]
        counts = torch.ones(images, positions, dtype=torch.bool)
        if rule == "random":
            stream = Stream(run.settings["run.seed"], Stream.MATCHING, step)
            match = [[stream.below(positions) for _ in range(positions)] for _ in range(images)]
            run.drawn["matching"].append(match)
            return torch.tensor(match), counts
        if rule == "centred":
            group = run.group
            query_features, key_features = (
                torch.cat([part - part.mean(0, keepdim=True) for part in features.split(group)]) for features in (query_features, key_features))
        match = []
        for n in range(images):
            if rule in ("backbone", "centred"):
                match.append(by_similarity(query_features[n], key_features[n]))
            elif rule == "dense":
                match.append(by_similarity(query_dense[n], key_dense[n]))
            else:
                places = list(known_places(crops[n][0], crops[n][1], side))
                if rule in ("overlap", "nearby"):
                    counts[n] = torch.tensor(inside(places, side))
                if rule == "nearby":
                    # Where none is allowed the position does not count, and any will do.
                    allowed = near(places, side)
                    assert (allowed.any(1) | ~counts[n]).all()
                    match.append(by_similarity(query_features[n], key_features[n], allowed | ~counts[n].unsqueeze(1)))
                else:
                    match.append(torch.tensor(nearest(places, side)))
        return torch.stack(match), counts


# A run

class Run:
    def __init__(self, settings, steps, steps_per_epoch):
        self.settings, self.steps, self.steps_per_epoch = settings, steps, steps_per_epoch
        group = settings["optim.batchNormGroup"]
        self.group = settings["optim.batch"] // settings["optim.accumulation"] if group == "whole" else group
        self.query, self.key = Encoder(settings), Encoder(settings)
        for parameter in self.query.parameters.values():
            parameter.requires_grad_()
        self.optimiser = torch.optim.SGD(
            list(self.query.parameters.values()), lr=1.0, momentum=settings["optim.momentum"], weight_decay=settings["optim.weightDecay"])
        length, entries = settings["model.embedding"], settings["method.queue"]
        self.queue = unit(filled("queue", (length, entries), -1, 1), 0)         # (D, K)
        self.queue2 = None
        if settings["method.lambda"] > 0:
            length = 512 if settings["model.denseHead"] == "none" else length
            self.queue2 = unit(filled("queue2", (length, entries), -1, 1), 0)
        self.enqueued = 0
        self.drawn = {"keyOrder": [], "matching": [], "sampledNegatives": []}
        self.crops, self.learning_rates, self.losses = [], [], []

    def learning_rate(self, step):
        s = self.settings
        rate = s["optim.learningRate"]
        if s["optim.schedule"] == "cosine":
            rate *= (1 + math.cos(math.pi * (step // self.steps_per_epoch) / s["optim.epochs"])) / 2
        elif s["optim.schedule"] == "cosine-step":
            rate *= (1 + math.cos(math.pi * step / (self.steps_per_epoch * s["optim.epochs"]))) / 2
        if step < s["optim.warmupSteps"]:
            rate *= (step + 1) / s["optim.warmupSteps"]
        return rate

    def views(self, step):
        batch, size = self.settings["optim.batch"], self.settings["data.size"]
        images = filled(f"input.{step}", (batch, 2, 3, size, size), -2, 2)
        return images[:, 0], 0.7 * images[:, 0] + 0.3 * images[:, 1]

    def draw_crops(self, step):
        """(N, 2): left, top, width, height, flipped, of images of about 1000 × 1000 pixels; of the last image the two do not meet."""
        u = hash_fill(f"crops.{step}", self.settings["optim.batch"] * 10, 0, 1).reshape(-1, 2, 5)
        crops = [
            [(int(v[0] * 397), int(v[1] * 397), 409 + int(v[2] * 401), 409 + int(v[3] * 401), bool(v[4] < 0.5)) for v in image] for image in u]
        crops[-1] = [(0, 0, 401, 907, False), (511, 31, 409, 809, True)]
        return crops

    def encode_keys(self, images, order):
        """Images are dealt to batch-norm groups in the given order (shuffling BN), and what comes of them goes back to their places."""
        parts = [self.key(images[order[start:start + self.group]]) for start in range(0, len(order), self.group)]
        results = []
        for part in zip(*parts):
            if part[0] is None:
                results.append(None)
                continue
            back = torch.empty(len(order), *part[0].shape[1:], dtype=torch.float64)
            back[order] = torch.cat(part)
            results.append(back)
        return results

    def enqueue(self, queue, keys):
        for n, key in enumerate(keys):
            queue[:, (self.enqueued + n) % queue.shape[1]] = key

    def step(self, step):
        s = self.settings
        batch = s["optim.batch"]
        weight = 0.0 if step < s["method.lambdaWarmupSteps"] else s["method.lambda"]
        views = self.views(step)
        crops = self.draw_crops(step) if s["method.matching"] in ("geometric", "overlap", "nearby") else None

        groups = [self.query(group) for group in views[0].split(self.group)]
        query = [torch.cat(part) if part[0] is not None else None for part in zip(*groups)]
        with torch.no_grad():
            m = s["method.keyMomentum"]
            for name, parameter in self.key.parameters.items():
                parameter.copy_(m * parameter + (1 - m) * self.query.parameters[name])
            order = Stream(s["run.seed"], Stream.KEY_ORDER, step).permutation(batch)
            self.drawn["keyOrder"].append(order)
            key = self.encode_keys(views[1], order)

        tau = s["method.temperature"]
        q, k = unit(query[0]), unit(key[0])
        logits = torch.cat([(q * k).sum(1, keepdim=True), q @ self.queue], 1) / tau
        global_loss = F.cross_entropy(logits, torch.zeros(batch, dtype=torch.int64))
        dense_loss = None
        if weight > 0:
            dense_loss = self.dense_loss(step, query, key, crops)
        loss = global_loss if weight == 0 else dense_loss if weight == 1 else (1 - weight) * global_loss + weight * dense_loss

        for parameter in self.query.parameters.values():
            parameter.grad = torch.zeros_like(parameter)        # a head without a part in the loss still decays
        loss.backward()
        with torch.no_grad():
            self.enqueue(self.queue, k)
            if self.queue2 is not None:
                self.enqueue(self.queue2, unit(self.negatives(step, key[2])))
        self.enqueued += batch
        rate = self.learning_rate(step)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.step()
        if crops is not None:
            self.crops.append(crops)
        self.learning_rates.append(rate)
        self.losses.append({
            "loss": loss.item(),
            "global": global_loss.item() if weight < 1 else None,
            "dense": dense_loss.item() if weight > 0 else None,
            "lambda": weight})

    def dense_loss(self, step, query, key, crops):
        s = self.settings
        tau = s["method.temperature"] if s["method.denseTemperature"] == "same" else s["method.denseTemperature"]
        with torch.no_grad():
            match, counts = Matching.of(self, step, query[1:], key[1:], crops)
        r, t = unit(query[2]), unit(key[2])
        images, positions, _ = r.shape
        side, cells, losses = math.isqrt(positions), s["method.imageNegatives"], []
        for n in range(images):
            for p in range(positions):
                if not counts[n, p]:
                    continue
                j = match[n, p].item()
                negatives = self.queue2
                if cells != "none":
                    far = [i for i in range(positions) if max(abs(i // side - j // side), abs(i % side - j % side)) >= cells]
                    negatives = torch.cat([negatives, t[n, far].T], 1)
                logits = torch.cat([(r[n, p] @ t[n, j]).view(1), r[n, p] @ negatives]) / tau
                losses.append(torch.logsumexp(logits, 0) - logits[0])
        return torch.stack(losses).mean()

    def negatives(self, step, dense):
        if self.settings["method.negatives"] == "pooled":
            return dense.mean(1)
        stream = Stream(self.settings["run.seed"], Stream.SAMPLED_NEGATIVES, step)
        chosen = [stream.below(dense.shape[1]) for _ in range(len(dense))]
        self.drawn["sampledNegatives"].append(chosen)
        return dense[torch.arange(len(dense)), chosen]

    def state(self):
        for prefix, encoder in (("encoder_q.", self.query), ("encoder_k.", self.key)):
            for name, tensor in (encoder.parameters | encoder.buffers).items():
                yield prefix + name, tensor
        yield "queue", self.queue
        if self.queue2 is not None:
            yield "queue2", self.queue2

    def velocity(self):
        """What the last step moved the parameters by, over the learning rate; without momentum the gradient is that."""
        if self.settings["optim.momentum"] == 0:
            assert self.settings["optim.weightDecay"] == 0
            return torch.cat([parameter.grad.flatten() for parameter in self.query.parameters.values()])
        return torch.cat([self.optimiser.state[parameter]["momentum_buffer"].flatten() for parameter in self.query.parameters.values()])


PROJECTION = torch.from_numpy(hash_fill("projection", 512 * 512 * 9, -1, 1))


def summary(tensor, ordered=True):
    values = tensor.detach().contiguous().flatten()
    numbers = [values.mean().item(), values.norm().item()]
    if ordered:
        numbers += [(values @ PROJECTION[:len(values)]).item(), *values[:3].tolist()]
    return numbers


BASE = {
    "run.seed": 20201117,
    "data.size": 48,
    "model.backbone": "resnet18",
    "model.embedding": 32,
    "model.outputStride": 32,
    "model.denseHead": "mlp",
    "method.lambda": 0.5,
    "method.lambdaWarmupSteps": 0,
    "method.temperature": 0.2,
    "method.denseTemperature": "same",
    "method.keyMomentum": 0.9,
    "method.queue": 24,         # three batches: the fourth step wraps round
    "method.gridSize": "native",
    "method.matching": "backbone",
    "method.negatives": "pooled",
    "method.imageNegatives": "none",
    "optim.batch": 8,
    "optim.batchNormGroup": 4,
    "optim.accumulation": 1,
    "optim.epochs": 2,
    "optim.learningRate": 0.02,
    "optim.schedule": "constant",
    "optim.warmupSteps": 0,
    "optim.momentum": 0.9,
    "optim.weightDecay": 0.001,
}

RUNS = {
    "paper": {},
    "lambda-0": {"method.lambda": 0.0},
    "lambda-1": {"method.lambda": 1.0},
    "lambda-warmup": {"method.lambda": 0.3, "method.lambdaWarmupSteps": 2},
    "one-group": {"optim.batchNormGroup": "whole"},
    "accumulation": {"optim.batchNormGroup": "whole", "optim.accumulation": 4, "method.lambda": 0.7},
    "groups-of-2": {"optim.batchNormGroup": 2},
    "grid-1": {"method.gridSize": 1},
    "grid-3": {"method.gridSize": 3},
    "grid-5-of-3": {"method.gridSize": 5, "model.outputStride": 16},
    "stride-16": {"model.outputStride": 16},
    "stride-8": {"model.outputStride": 8, "data.size": 33},
    "matching-dense": {"method.matching": "dense", "model.outputStride": 16},
    "matching-random": {"method.matching": "random", "model.outputStride": 16},
    "matching-geometric": {"method.matching": "geometric", "model.outputStride": 16},
    "matching-overlap": {"method.matching": "overlap", "model.outputStride": 16, "method.imageNegatives": 1},
    "matching-nearby": {"method.matching": "nearby", "method.gridSize": 4, "model.outputStride": 16},
    "matching-centred": {"method.matching": "centred", "model.outputStride": 16},
    "negatives-sampled": {"method.negatives": "sampled", "model.outputStride": 16},
    "image-negatives": {"method.imageNegatives": 2, "method.denseTemperature": 0.3, "model.outputStride": 16},
    "no-dense-head": {"model.denseHead": "none", "model.outputStride": 16},
    "plain-descent": {
        "optim.momentum": 0.0, "optim.weightDecay": 0.0, "optim.learningRate": 0.05, "method.keyMomentum": 0.99, "method.temperature": 0.1},
    "cosine": {"optim.schedule": "cosine", "optim.warmupSteps": 2, "optim.epochs": 3},
    "cosine-step": {"optim.schedule": "cosine-step", "optim.warmupSteps": 1, "optim.weightDecay": 0.01},
}


def text(value):
    """JSON with a line for each entry of the objects that are long."""
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(entry)}" for key, entry in value.items()) + "\n}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(entry) for entry in value) + "\n]"
    return json.dumps(value)


def main():
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or RUNS:
        assert RUNS[name].keys() <= BASE.keys()
        run = Run(BASE | RUNS[name], steps=4, steps_per_epoch=2)
        Matching.margin = math.inf
        for step in range(run.steps):
            run.step(step)
        assert Matching.margin > 1e-7, f"{name}: a match leads by {Matching.margin}"
        content = {
            "settings": run.settings,
            "stepsPerEpoch": run.steps_per_epoch,
            "drawn": {what: drawn for what, drawn in run.drawn.items() if drawn},
            "crops": run.crops,
            "learningRates": run.learning_rates,
            "losses": run.losses,
            "velocity": summary(run.velocity(), ordered=False),
            "state": {key: summary(tensor) for key, tensor in run.state()},
        }
        (OUT / f"{name}.json").write_text("{\n" + ",\n".join(f"{json.dumps(key)}: {text(value)}" for key, value in content.items()) + "\n}\n")
        print(name, [round(losses["loss"], 6) for losses in run.losses], f"margin {Matching.margin:.1e}", flush=True)


main()
