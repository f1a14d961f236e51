"""Draws icon.png, the packages' icon: two views of one image, and the same position found in both. Needs nothing but Python."""

import pathlib
import struct
import zlib

SIZE, FINE = 128, 4                         # pixels; samples a side in each
VIEWS = [(10, 10, 70, 70), (48, 48, 70, 70)]
COLOURS = [(38, 70, 130), (0, 150, 136)]
MATCH = (230, 126, 34)


def distance(x, y, a, b):
    """From a point to the segment a–b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = max(0, min(1, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)))
    return ((x - a[0] - t * dx) ** 2 + (y - a[1] - t * dy) ** 2) ** 0.5


def position(view, row, column):
    """The centre of a cell of a view's 3 × 3 grid."""
    left, top, width, height = VIEWS[view]
    return left + (2 * column + 1) * width / 6, top + (2 * row + 1) * height / 6


def colour(x, y):
    """At a point: the match on top, then the positions of both views, then the views, else nothing."""
    ends = position(0, 0, 0), position(1, 2, 2)
    if distance(x, y, *ends) < 2.2 or any((x - u) ** 2 + (y - v) ** 2 < 7 ** 2 for u, v in ends):
        return (*MATCH, 255)
    for view in (0, 1):
        for row in range(3):
            for column in range(3):
                u, v = position(view, row, column)
                if (x - u) ** 2 + (y - v) ** 2 < 4 ** 2:
                    return 255, 255, 255, 255
    inside = [left <= x < left + width and top <= y < top + height for left, top, width, height in VIEWS]
    if all(inside):
        return (*((a + b) // 2 for a, b in zip(*COLOURS)), 255)
    return (*COLOURS[inside.index(True)], 255) if any(inside) else (0, 0, 0, 0)


def pixel(x, y):
    samples = [colour(x + (i + 0.5) / FINE, y + (j + 0.5) / FINE) for i in range(FINE) for j in range(FINE)]
    alpha = sum(sample[3] for sample in samples)
    return [sum(s[c] * s[3] for s in samples) // alpha if alpha else 0 for c in range(3)] + [alpha // len(samples)]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


rows = b"".join(b"\0" + bytes(v for x in range(SIZE) for v in pixel(x, y)) for y in range(SIZE))
header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
pathlib.Path(__file__).with_suffix(".png").write_bytes(png)
