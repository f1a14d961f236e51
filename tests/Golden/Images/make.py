#!/usr/bin/env python3
"""Writes the expected pixels that the tests of the room Images compare with.

Run by hand with Debian 12's python3-torchvision (0.14.1, Pillow 9.4); the tests read the JSON and never run this:

    /usr/bin/python3 tests/Golden/Images/make.py

TIFF files are written by libtiff's own tiffcp (Debian's libtiff-tools 4.5.0), from plain ones that are written here.

Inputs of the operations are not stored: `noise` and `smooth` below are repeated in the tests (Fill.cs).
All pixels are uint8 (height, width, 3), zlib-compressed, in base64.
"""
import base64
import hashlib
import io
import json
import math
import pathlib
import struct
import subprocess
import tempfile
import zlib

import numpy as np
import PIL
import torchvision
import torchvision.transforms.functional as F
from PIL import Image, ImageFilter, ImageOps

OUT = pathlib.Path(__file__).parent


def noise(width, height, seed):
    """Byte i of the image: the upper 8 bits of a 32-bit hash of i."""
    i = np.arange(width * height * 3, dtype=np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    h = (i * np.uint64(2654435761) + np.uint64(seed) * np.uint64(40503)) & mask
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(2246822519)) & mask
    h ^= h >> np.uint64(13)
    return (h >> np.uint64(24)).astype(np.uint8).reshape(height, width, 3)


def smooth(width, height, seed):
    """Triangle waves, another slope for each channel."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    t = (x * (c + 3) + y * (5 - c) * 2 + seed * 17) % 510
    return np.minimum(t, 510 - t).clip(0, 255).astype(np.uint8)


def packed(array):
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 9)).decode()


# ---------------------------------------------------------------- operations

operations = []


def operation(name, fill, width, height, seed, arguments, function):
    image = Image.fromarray(fill(width, height, seed))
    result = np.asarray(function(image, *arguments))
    assert result.ndim == 3 and result.dtype == np.uint8
    operations.append(dict(
        operation=name, fill=fill.__name__, width=width, height=height, seed=seed, arguments=arguments,
        outWidth=result.shape[1], outHeight=result.shape[0], pixels=packed(result)))


def resized_crop(image, left, top, width, height, out_width, out_height):
    return F.resized_crop(image, top, left, height, width, [out_height, out_width], F.InterpolationMode.BILINEAR)


for arguments in [
    (0, 0, 37, 23, 37, 23),     # as it is
    (5, 3, 20, 11, 20, 11),     # crop only
    (0, 0, 37, 23, 16, 16),     # down, another aspect
    (0, 0, 37, 23, 64, 48),     # up
    (5, 3, 29, 17, 32, 32),     # a crop, up
    (5, 3, 29, 17, 7, 5),       # far down
    (5, 3, 29, 17, 29, 5),      # one axis only
    (5, 3, 29, 17, 8, 17),      # the other
    (36, 22, 1, 1, 9, 4),       # one pixel
    (0, 0, 37, 23, 1, 1),       # into one pixel
    (10, 2, 3, 20, 31, 6),      # up and down
]:
    operation("resized_crop", noise, 37, 23, 1, arguments, resized_crop)
    operation("resized_crop", smooth, 37, 23, 2, arguments, resized_crop)
operation("resized_crop", noise, 211, 157, 3, (13, 9, 181, 133, 56, 56), resized_crop)
operation("resized_crop", noise, 211, 157, 3, (150, 100, 40, 37, 64, 64), resized_crop)
operation("resized_crop", noise, 3001, 2, 4, (0, 0, 3001, 2, 5, 3), resized_crop)



def resized_box(image, left, top, width, height, out_width, out_height):
    return image.resize((out_width, out_height), Image.BILINEAR, box=(left, top, left + width, top + height))


for arguments in [
    (0, 0, 37, 23, 37, 23),             # as it is
    (5, 3, 20, 11, 20, 11),             # whole pixels: no more than a crop
    (5, 3, 29, 17, 7, 5),               # whole pixels, down: pixels outside have an influence
    (5.5, 3.25, 20.125, 11.75, 9, 7),
    (5.5, 3.25, 20.125, 11.75, 33, 40), # up
    (0.1, 0.2, 36.7, 22.6, 16, 16),     # tenths, which single precision has not
    (36.3, 22.6, 0.4, 0.3, 5, 4),       # less than a pixel
    (1 / 3, 0, 10 / 3, 23, 3, 23),
    (12.875, 0.5, 24.125, 22.5, 1, 1),  # up to the edges
]:
    operation("resized_box", noise, 37, 23, 1, arguments, resized_box)
operation("resized_box", smooth, 211, 157, 3, (13.625, 9.125, 181.5, 133.375, 56, 63), resized_box)
operation("resized_box", noise, 3001, 2, 4, (0.5, 0.25, 3000.25, 1.5, 5, 3), resized_box)

for name, function in [
    ("brightness", F.adjust_brightness), ("contrast", F.adjust_contrast), ("saturation", F.adjust_saturation),
]:
    for factor in [0.0, 0.3, 0.6, 0.73, 1.0, 1.0001, 1.27, 1.4, 3.7, 100.0]:
        operation(name, noise, 37, 23, 5, (factor,), function)
    operation(name, smooth, 37, 23, 6, (0.8123456789,), function)
for turn in [-0.5, -0.1, -0.0731, -0.003, 0.0, 0.003, 0.05, 0.1, 0.25, 0.5]:
    operation("hue", noise, 37, 23, 7, (turn,), F.adjust_hue)
operation("hue", smooth, 37, 23, 8, (0.1,), F.adjust_hue)
operation("greyscale", noise, 37, 23, 9, (), lambda image: F.to_grayscale(image, 3))
operation("flip", noise, 37, 23, 10, (), F.hflip)
operation("flip", noise, 36, 23, 10, (), F.hflip)


def blur(image, sigma):
    return image.filter(ImageFilter.GaussianBlur(radius=sigma))


for sigma in [0.1, 0.5, 1.0, 1.3, 1.7320508, 2.0, 5.5]:
    operation("blur", noise, 37, 23, 11, (sigma,), blur)
for width, height in [(1, 1), (2, 3), (5, 1), (1, 5)]:
    operation("blur", noise, width, height, 12, (2.0,), blur)
    operation("blur", noise, width, height, 12, (9.0,), blur)
for sigma in [0.1, 2.0, 20.0, 80.0]:
    operation("blur", noise, 65, 17, 14, (sigma,), blur)


def view(image, left, top, width, height, size, order, brightness, contrast, saturation, hue, grey, sigma, flip):
    """One view as MoCo v2 and DenseCL make it; order names the colour changes, -1 for none."""
    image = resized_crop(image, left, top, width, height, size, size)
    for step in (order if order != -1 else []):
        image = [
            lambda i: F.adjust_brightness(i, brightness), lambda i: F.adjust_contrast(i, contrast),
            lambda i: F.adjust_saturation(i, saturation), lambda i: F.adjust_hue(i, hue)][step](image)
    if grey:
        image = F.to_grayscale(image, 3)
    if sigma > 0:
        image = blur(image, sigma)
    return F.hflip(image) if flip else image


for fill, arguments in [
    (noise, (5, 3, 29, 17, 32, [0, 1, 2, 3], 1.3, 0.7, 1.2, 0.07, 0, 0.8, 1)),
    (smooth, (5, 3, 29, 17, 32, [3, 2, 1, 0], 0.62, 1.39, 0.61, -0.1, 0, 2.0, 0)),
    (smooth, (0, 0, 23, 23, 36, [2, 0, 3, 1], 1.1, 1.1, 0.9, 0.02, 1, 0.1, 1)),
    (noise, (10, 1, 20, 22, 40, [1, 3, 0, 2], 0.9, 0.8, 1.4, -0.05, 0, 0, 0)),
    (noise, (10, 1, 20, 22, 40, -1, 1, 1, 1, 0, 1, 1.5, 1)),
]:
    operation("view", fill, 37, 23, 13, arguments, view)

# All 2^24 colours, red running slowest, through a turn of the hue: SHA-256 of the result.
channels = np.indices((256, 256, 256), dtype=np.uint8).reshape(3, -1).T.reshape(4096, 4096, 3)
every_colour = {
    str(turn): hashlib.sha256(np.asarray(F.adjust_hue(Image.fromarray(channels), turn)).tobytes()).hexdigest()
    for turn in [0.1, -0.3]}

# ---------------------------------------------------------------- encoded files

files = []


def expect(name, data, pixels=None):
    """A file and what it decodes to: what Pillow says, unless the pixels are given."""
    if pixels is None:
        pixels = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    files.append(dict(name=name, data=base64.b64encode(data).decode(), width=pixels.shape[1], height=pixels.shape[0], pixels=packed(pixels)))


def encoded(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(array, depth, colour, passes=None, extra=b""):
    """A PNG of the given array (height, width, channels) that Pillow cannot write itself."""
    height, width = array.shape[:2]
    raw = b""
    for part in passes or [array]:
        for row in part:
            raw += b"\0" + (row.astype(">u2") if depth == 16 else row.astype(np.uint8)).tobytes()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 1 if passes else 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def eight(values, white):
    """The nearest of 256 values: floor(v * 255 / white + 1/2)."""
    return ((values.astype(np.int64) * 510 + white) // (2 * white)).clip(0, 255).astype(np.uint8)


def tiff(array, bits, photometric, extra=(), planes=False, others=None):
    """A little-endian TIFF of one strip without compression, or one for each kind of sample; samples of 12 bits and less are packed from the highest bit on."""
    height, width, samples = array.shape
    pieces = samples if planes else 1
    array = array.transpose(2, 0, 1) if planes else array
    if bits in (8, 16):
        data = array.astype(f"<u{bits // 8}").tobytes()
    else:
        each = (array.reshape(height, -1, 1).astype(np.int64) >> np.arange(bits - 1, -1, -1)) & 1
        data = np.packbits(each.reshape(height, -1).astype(np.uint8), axis=1).tobytes()
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * samples), 259: (3, [1]), 262: (3, [photometric]), 273: (4, [8 + i * (len(data) // pieces) for i in range(pieces)]),
            277: (3, [samples]), 278: (4, [height]), 279: (4, [len(data) // pieces] * pieces), 284: (3, [2 if planes else 1]), **dict(extra)}
    if others is not None:
        tags[338] = (3, [others] * (samples - (3 if photometric == 2 else 1)))
    elif samples in (2, 4):
        tags[338] = (3, [2])        # an alpha channel that is not multiplied in
    data += b"\0" * (len(data) % 2)
    start, rest = 8 + len(data), b""
    directory, place = struct.pack("<H", len(tags)), start + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        packed_values = struct.pack(f"<{len(values)}{'?BBHI'[kind]}", *values)
        if len(packed_values) > 4:
            directory += struct.pack("<HHII", tag, kind, len(values), place + len(rest))
            rest += packed_values + b"\0" * (len(packed_values) % 2)
        else:
            directory += struct.pack("<HHI", tag, kind, len(values)) + packed_values.ljust(4, b"\0")
    return b"II*\0" + struct.pack("<I", start) + data + directory + struct.pack("<I", 0) + rest


def tiffcp(*files, options=()):
    """What libtiff makes of one or several TIFFs."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, f"{i}.tif") for i in range(len(files) + 1)]
        for path, content in zip(paths, files):
            path.write_bytes(content)
        subprocess.run(["tiffcp", *options, *paths], check=True, capture_output=True)
        return paths[-1].read_bytes()


W, H = 43, 29
scene = smooth(W, H, 20)
scene[8:20, 10:25] = (200, 30, 60)
rgb = Image.fromarray(scene)
grey = rgb.convert("L")
alpha = Image.fromarray((np.add.outer(np.arange(H) * 9, np.arange(W) * 7) % 256).astype(np.uint8))
rgba = rgb.copy()
rgba.putalpha(alpha)

expect("grey.jpg", encoded(grey, "JPEG", quality=90))
expect("rgb-444.jpg", encoded(rgb, "JPEG", quality=90, subsampling=0))
expect("rgb-422.jpg", encoded(rgb, "JPEG", quality=90, subsampling=1))
expect("rgb-420.jpg", encoded(rgb, "JPEG", quality=90, subsampling=2))
expect("progressive-444.jpg", encoded(rgb, "JPEG", quality=90, subsampling=0, progressive=True))
cmyk_bands = Image.merge("CMYK", [ImageOps.invert(band) for band in rgb.split()] + [alpha.point(lambda v: v // 3)])
cmyk = encoded(cmyk_bands, "JPEG", quality=95)
expect("cmyk-adobe.jpg", cmyk)
adobe = cmyk.index(b"\xff\xee")
assert cmyk[adobe + 4:adobe + 9] == b"Adobe" and cmyk[adobe + 15] == 0
expect("cmyk-plain.jpg", cmyk[:adobe] + cmyk[adobe + 16:])
# Y Cb Cr K stored as four plain components; then the Adobe marker is told that they are YCCK. Pillow stores 255 - band.
y, cb, cr = rgb.convert("YCbCr").split()
ycck = bytearray(encoded(Image.merge("CMYK", [ImageOps.invert(b) for b in (y, cb, cr)] + [alpha.point(lambda v: v // 3)]), "JPEG", quality=95))
ycck[ycck.index(b"\xff\xee") + 15] = 2
expect("ycck-adobe.jpg", bytes(ycck))

for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    expect(f"orientation-{orientation}.jpg", encoded(rgb, "JPEG", quality=95, subsampling=0, exif=exif))
exif[0x0112] = 6
expect("orientation-6.png", encoded(rgb, "PNG", exif=exif))
expect("orientation-6.webp", encoded(rgb, "WEBP", lossless=True, exif=exif.tobytes()))
exif[0x0112] = 77
expect("orientation-unknown.jpg", encoded(rgb, "JPEG", quality=95, subsampling=0, exif=exif))

palette = rgb.quantize(40)
expect("rgb.png", encoded(rgb, "PNG"))
expect("grey.png", encoded(grey, "PNG"))
expect("bilevel.png", encoded(grey.convert("1"), "PNG"))
expect("palette.png", encoded(palette, "PNG"))
expect("palette-4bit.png", encoded(rgb.quantize(13), "PNG", bits=4))
expect("palette-trns.png", encoded(palette, "PNG", transparency=bytes((i * 37) % 256 for i in range(40))))
expect("rgba.png", encoded(rgba, "PNG"))
expect("grey-alpha.png", encoded(Image.merge("LA", (grey, alpha)), "PNG"))
expect("grey-trns.png", encoded(grey, "PNG", transparency=100))
expect("gamma.png", png(scene, 8, 2, extra=chunk(b"gAMA", struct.pack(">I", 100000))))  # not applied
wide = noise(W, H, 21).astype(np.uint16) * 256 + noise(W, H, 22)
high = eight(wide, 65535)
# Pillow takes the upper byte of 16-bit RGB and cuts 16-bit grey off at 255; these are the nearest values, PNG's section 13.12.
expect("rgb16.png", png(wide, 16, 2), high)
expect("rgba16.png", png(np.dstack([wide, wide[..., :1]]), 16, 6), high)
expect("grey16.png", png(wide[..., :1], 16, 0), np.repeat(high[..., :1], 3, axis=2))
expect("grey-alpha16.png", png(wide[..., :2], 16, 4), np.repeat(high[..., :1], 3, axis=2))


def filtered(array):
    """A PNG of 16 bits whose rows have the filters 0 to 4 in turn; Pillow undoes them too (the assertion)."""
    height, width, samples = array.shape
    pixel, raw = samples * 2, b""
    before = np.zeros(width * pixel, np.int64)
    for y, row in enumerate(array):
        row = np.frombuffer(row.astype(">u2").tobytes(), np.uint8).astype(np.int64)
        left, corner = (np.concatenate([np.zeros(pixel, np.int64), v[:-pixel]]) for v in (row, before))
        p = left + before - corner
        a, b, c = abs(p - left), abs(p - before), abs(p - corner)
        paeth = np.where((a <= b) & (a <= c), left, np.where(b <= c, before, corner))
        raw += bytes([y % 5]) + ((row - [0 * row, left, before, (left + before) // 2, paeth][y % 5]) % 256).astype(np.uint8).tobytes()
        before = row
    colour = {1: 0, 3: 2}[samples]
    data = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
            + b"".join(chunk(b"IDAT", zlib.compress(raw, 9)[i:i + 999]) for i in range(0, len(zlib.compress(raw, 9)), 999)) + chunk(b"IEND", b""))
    upper = np.asarray(Image.open(io.BytesIO(data)))
    assert samples == 1 and (upper == array[..., 0]).all() or (upper == array >> 8).all()
    return data


expect("filtered-rgb16.png", filtered(wide), high)
expect("filtered-grey16.png", filtered(wide[..., :1]), np.repeat(high[..., :1], 3, axis=2))
adam7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
expect("interlaced-rgb16.png", png(wide, 16, 2, [wide[top::down, left::across] for top, left, down, across in adam7]), high)
narrow = wide[:17, :18]         # passes of a single column
expect("interlaced-narrow16.png", png(narrow, 16, 2, [narrow[top::down, left::across] for top, left, down, across in adam7]), high[:17, :18])
expect("interlaced.png", png(scene, 8, 2, [scene[top::down, left::across] for top, left, down, across in adam7]))

expect("lossless.webp", encoded(rgb, "WEBP", lossless=True))
expect("alpha.webp", encoded(rgba, "WEBP", lossless=True, exact=True))
expect("lossy.webp", encoded(rgb, "WEBP", quality=90))
expect("rgb.bmp", encoded(rgb, "BMP"))
expect("grey.bmp", encoded(grey, "BMP"))
expect("palette.bmp", encoded(palette, "BMP"))
expect("rgba.bmp", encoded(rgba, "BMP"))
expect("single.gif", encoded(palette, "GIF"))
expect("interlaced.gif", encoded(palette, "GIF", interlace=1))

# Names say which kind; the pixels are those that the file was made of, except where a JPEG loses some.
grey8, gap = np.asarray(grey)[..., None], np.asarray(alpha)[..., None]
three = lambda values: np.repeat(values, 3, axis=2)
rgb8, rgb16, grey16 = tiff(scene, 8, 2), tiff(wide, 16, 2), tiff(wide[..., :1], 16, 1)
rgba8, rgba16 = tiff(np.dstack([scene, gap]), 8, 2), tiff(np.dstack([wide, wide[..., :1]]), 16, 2)
tiles = ("-t", "-w", "16", "-l", "16")
expect("strips.tif", tiffcp(tiff(grey8, 8, 1), options=("-c", "none", "-r", "5")), three(grey8))
expect("lzw-predicted-big.tif", tiffcp(rgb8, options=("-c", "lzw:2", "-B", "-r", "7")), scene)
expect("deflate-tiles.tif", tiffcp(rgb8, options=("-c", "zip", *tiles)), scene)
expect("packbits.tif", tiffcp(rgb8, options=("-c", "packbits", "-r", "4")), scene)
expect("old-deflate.tif", encoded(rgb, "TIFF", compression="tiff_deflate"), scene)
expect("planes.tif", tiffcp(rgb8, options=("-c", "lzw:2", "-p", "separate", "-r", "5")), scene)
expect("planes-tiles-big.tif", tiffcp(rgba8, options=("-c", "zip:2", "-p", "separate", "-B", *tiles)), scene)
expect("rgba.tif", tiffcp(rgba8, options=("-c", "lzw")), scene)
expect("grey-alpha.tif", tiffcp(tiff(np.dstack([grey8, gap]), 8, 1), options=("-c", "zip")), three(grey8))
expect("from-white.tif", tiffcp(tiff(255 - grey8, 8, 0), options=("-c", "lzw")), three(grey8))
expect("grey16.tif", grey16, three(high[..., :1]))
expect("grey16-lzw-predicted-big.tif", tiffcp(grey16, options=("-c", "lzw:2", "-B", "-r", "6")), three(high[..., :1]))
expect("grey16-from-white.tif", tiff(65535 - wide[..., :1], 16, 0), three(high[..., :1]))
expect("rgb16-tiles.tif", tiffcp(rgb16, options=("-c", "zip:2", *tiles)), high)
expect("rgb16-big.tif", tiffcp(rgb16, options=("-c", "none", "-B")), high)
expect("rgba16-planes.tif", tiff(np.dstack([wide, wide[..., :1]]), 16, 2, planes=True), high)
expect("rgba16.tif", tiffcp(rgba16, options=("-c", "zip:2", "-r", "3")), high)
expect("grey12.tif", tiff(wide[..., :1] >> 4, 12, 1), three(eight(wide[..., :1] >> 4, 4095)))
expect("rgb10.tif", tiff(wide >> 6, 10, 2), eight(wide >> 6, 1023))
expect("grey16-of-12-bits.tif", tiff(wide[..., :1] >> 4, 16, 1, {281: (3, [4095])}.items()), three(eight(wide[..., :1] >> 4, 4095)))
expect("grey4.tif", tiffcp(tiff(grey8 >> 4, 4, 1), options=("-c", "lzw")), three(grey8 >> 4) * 17)
expect("bilevel.tif", tiffcp(tiff(grey8 >> 7, 1, 1), options=("-c", "packbits")), three(grey8 >> 7) * 255)
colours = np.asarray(palette.getpalette()[:768]).reshape(-1, 3)
colours = np.vstack([colours, np.zeros((256 - len(colours), 3), int)])
index = np.asarray(palette)[..., None]
expect("palette.tif", tiffcp(tiff(index, 8, 3, {320: (3, list((colours.T * 257).ravel()))}.items()), options=("-c", "lzw")), colours[index[..., 0]].astype(np.uint8))
expect("palette-of-8-bits.tif", tiff(index, 8, 3, {320: (3, list(colours.T.ravel()))}.items()), colours[index[..., 0]].astype(np.uint8))
few = rgb.quantize(13)
some = np.vstack([np.asarray(few.getpalette()[:39]).reshape(-1, 3), np.zeros((3, 3), int)])
expect("palette-4bit.tif", tiff(np.asarray(few)[..., None], 4, 3, {320: (3, list((some.T * 257).ravel()))}.items()), some[np.asarray(few)].astype(np.uint8))
expect("pages.tif", tiffcp(rgb8, tiff(scene[::-1], 8, 2), options=("-c", "lzw")), scene)
expect("orientation-6.tif", tiff(scene, 8, 2, {274: (3, [6])}.items()), np.rot90(scene, -1))
for name, options in [("jpeg", ("-c", "jpeg:90")), ("jpeg-rgb", ("-c", "jpeg:90:r")), ("jpeg-tiles", ("-c", "jpeg:90", *tiles))]:
    expect(f"{name}.tif", tiffcp(rgb8, options=options))
expect("jpeg-grey.tif", tiffcp(tiff(grey8, 8, 1), options=("-c", "jpeg:80", "-r", "16")))

# Pictures of several channels, as satellites and line cameras write them. Samples beyond the first are of unspecified kind (0).
many8 = np.dstack([noise(W, H, 30), scene, noise(W, H, 31)])[..., :8]
many16 = many8.astype(np.uint16) * 256 + np.dstack([noise(W, H, 32), noise(W, H, 33), noise(W, H, 34)])[..., :8]
channels = []


def expect_channels(name, data, pixels):
    height, width, count = pixels.shape
    channels.append(dict(name=name, channels=count, data=base64.b64encode(data).decode(), width=width, height=height, pixels=packed(pixels)))


def bands(count, bits=8, photometric=1, **options):
    return tiff((many8 if bits == 8 else many16)[..., :count], bits, photometric, others=0, **options)


many = eight(many16, 65535)
expect_channels("two.tif", tiffcp(bands(2), options=("-c", "lzw:2", "-r", "5")), many8[..., :2])
expect_channels("rgb-and-infrared.tif", tiffcp(bands(4, photometric=2), options=("-c", "zip:2", *tiles)), many8[..., :4])
expect_channels("rgb-and-infrared-said-to-be-alpha.tif", tiffcp(tiff(many8[..., :4], 8, 2), options=("-c", "lzw", "-r", "7")), many8[..., :4])
expect_channels("five.tif", tiffcp(bands(5), options=("-c", "packbits", "-r", "4")), many8[..., :5])
expect_channels("five-planes.tif", tiffcp(bands(5), options=("-c", "lzw:2", "-p", "separate", "-r", "5")), many8[..., :5])
expect_channels("five-planes-tiles-big.tif", tiffcp(bands(5, planes=True), options=("-c", "zip:2", "-p", "separate", "-B", *tiles)), many8[..., :5])
expect_channels("five-and-alpha.tif", tiff(many8[..., :6], 8, 1, {338: (3, [0, 0, 0, 0, 2])}.items()), many8[..., :5])
expect_channels("five-from-white.tif", tiff(255 - many8[..., :5], 8, 0, others=0), many8[..., :5])
expect_channels("five-of-12-bits.tif", tiff(many16[..., :5] >> 4, 12, 1, others=0), eight(many16[..., :5] >> 4, 4095))
expect_channels("five-orientation-6.tif", tiff(many8[..., :5], 8, 1, {274: (3, [6])}.items(), others=0), np.rot90(many8[..., :5], -1))
expect_channels("eight.tif", tiffcp(bands(8, 16), options=("-c", "zip:2", "-r", "3")), many)
expect_channels("seven-planes.tif", bands(7, 16, planes=True), many[..., :7])
expect_channels("grey.tif", tiffcp(tiff(grey8, 8, 1), options=("-c", "lzw")), grey8)
expect_channels("grey16-alpha-planes.tif", tiff(many16[..., :2], 16, 1, planes=True), many[..., :1])
expect_channels("grey.png", encoded(grey, "PNG"), grey8)
expect_channels("grey-alpha.png", encoded(Image.merge("LA", (grey, alpha)), "PNG"), grey8)
expect_channels("grey16.png", png(wide[..., :1], 16, 0), high[..., :1])
grey_jpeg = encoded(grey, "JPEG", quality=90)
expect_channels("grey.jpg", grey_jpeg, np.asarray(Image.open(io.BytesIO(grey_jpeg)))[..., None])
# Each channel is a grey JPEG of its own: what Pillow makes of that channel alone.
separate = tiffcp(bands(5), options=("-c", "jpeg:90", "-p", "separate", "-r", "16"))
alone = [np.asarray(Image.open(io.BytesIO(tiffcp(tiff(many8[..., i:i + 1], 8, 1), options=("-c", "jpeg:90", "-r", "16"))))) for i in range(5)]
expect_channels("five-jpeg-planes.tif", separate, np.dstack(alone))

refused = {}
frames = [rgb, ImageOps.mirror(rgb)]
refused["animated.gif"] = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
refused["animated.webp"] = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)
refused["animated.png"] = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)
refused["float.tif"] = encoded(Image.fromarray(grey8[..., 0].astype(np.float32)), "TIFF")
refused["cmyk.tif"] = encoded(rgb.convert("CMYK"), "TIFF")
refused["fax.tif"] = encoded(grey.convert("1"), "TIFF", compression="group4")
refused["big.tif"] = tiffcp(rgb8, options=("-8",))
refused["other.ico"] = encoded(rgb.resize((32, 32)), "ICO")
refused["other.ppm"] = encoded(rgb, "PPM")
refused["one-pixel.png"] = encoded(rgb.crop((0, 0, 1, 1)), "PNG")
refused["narrow.png"] = encoded(rgb.crop((0, 0, 15, 20)), "PNG")

made_by = f"tests/Golden/Images/make.py, torchvision {torchvision.__version__}, Pillow {PIL.__version__}"
OUT.mkdir(parents=True, exist_ok=True)


def write(name, content):
    (OUT / name).write_text(json.dumps(dict(madeBy=made_by, **content), indent=0) + "\n")


write("operations.json", dict(operations=operations, everyColour=every_colour))
write("channels.json", dict(files=channels))
write("files.json", dict(files=files, refused={name: base64.b64encode(data).decode() for name, data in refused.items()}))
