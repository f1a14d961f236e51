"""Writes segmentation.json: what numpy, scikit-learn, PyTorch and Pillow say of small cases of segmentation.

    env -u OPENBLAS_NUM_THREADS python3 tests/Golden/Transfer/make_segmentation.py

Made with the versions that the file names.
"""
import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
import PIL
import sklearn
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.metrics import accuracy_score, confusion_matrix, jaccard_score, recall_score

rng = np.random.default_rng(2021)


def measures():
    """Class 4 is only predicted, class 5 nowhere."""
    truth = rng.choice([0, 1, 2, 3, 255], 400, p=[0.5, 0.2, 0.1, 0.1, 0.1])
    noise = rng.integers(0, 5, 400)
    prediction = np.where((rng.random(400) < 0.6) & (truth != 255), truth, noise)
    counts = truth != 255
    t, p = truth[counts], prediction[counts]
    there = sorted(set(t) | set(p))
    return {
        "classes": 6,
        "truth": truth.tolist(),
        "prediction": prediction.tolist(),
        "confusion": confusion_matrix(t, p, labels=range(6)).tolist(),
        "iou": jaccard_score(t, p, labels=there, average=None).tolist(),
        "meanIoU": jaccard_score(t, p, labels=there, average="macro"),
        "pixelAccuracy": accuracy_score(t, p),
        "meanAccuracy": recall_score(t, p, labels=sorted(set(t)), average="macro"),
    }


def loss():
    """Logits enlarged to masks of another shape, the mean cross-entropy over the pixels that count, and its gradient."""
    logits = torch.tensor(rng.normal(size=(2, 3, 3, 4)).astype(np.float32), requires_grad=True)
    masks = torch.tensor(rng.choice([0, 1, 2, 255], (2, 9, 13), p=[0.4, 0.2, 0.2, 0.2]))
    large = F.interpolate(logits, size=(9, 13), mode="bilinear", align_corners=False)
    value = F.cross_entropy(large, masks, ignore_index=255)
    value.backward()
    flat = lambda x: x.detach().flatten().tolist()
    return {"logits": flat(logits), "masks": flat(masks), "enlarged": flat(large), "loss": value.item(), "gradient": flat(logits.grad)}


def png(image, **options):
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def interlaced():
    """A 1 × 1 picture that says of itself that it is interlaced."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def masks():
    cases = []
    for bits in (1, 2, 4, 8):
        values = rng.integers(0, 2 ** bits, (5, 13)).astype(np.uint8)  # a width that fills no whole byte
        image = Image.fromarray(values, "P")
        image.putpalette(rng.integers(0, 256, 3 * 2 ** bits).tolist())
        cases.append((f"palette, {bits} bits", values, png(image, bits=bits)))
    values = rng.integers(0, 2, (5, 13)).astype(np.uint8)
    cases.append(("grey, 1 bit", values, png(Image.fromarray(values.astype(bool)))))
    ramp = (np.add.outer(np.arange(20) * 3, np.arange(31)) % 200).astype(np.uint8)  # smooth: rows are stored by differences
    cases.append(("grey, 8 bits", ramp, png(Image.fromarray(ramp, "L"), optimize=True)))
    cases.append(("grey and alpha", ramp, png(Image.merge("LA", [Image.fromarray(ramp)] * 2))))
    cases.append(("grey as RGB", ramp, png(Image.merge("RGB", [Image.fromarray(ramp)] * 3))))
    cases.append(("grey as RGBA", ramp, png(Image.merge("RGBA", [Image.fromarray(ramp)] * 4))))
    colour = np.zeros((2, 3, 3), np.uint8)
    colour[1, 2] = (128, 0, 0)
    refused = [
        ("at column 2, row 1", png(Image.fromarray(colour, "RGB"))),
        ("16 bits", png(Image.fromarray(ramp.astype(np.uint16)))),
        ("interlaced", interlaced()),
        ("not a PNG", b"not a picture, and long enough to be taken for the head of one"),
    ]
    text = lambda data: base64.b64encode(data).decode()
    return (
        [{"name": n, "width": v.shape[1], "values": v.flatten().tolist(), "png": text(d)} for n, v, d in cases],
        [{"why": why, "png": text(d)} for why, d in refused],
    )


good, bad = masks()
result = {
    "made with": {"numpy": np.__version__, "sklearn": sklearn.__version__, "torch": torch.__version__, "pillow": PIL.__version__},
    "measures": measures(),
    "loss": loss(),
    "masks": good,
    "refused": bad,
}
path = pathlib.Path(__file__).with_name("segmentation.json")
path.write_text(json.dumps(result, separators=(",", ":")).replace('},', '},\n') + "\n")
print(path, path.stat().st_size, "bytes")
