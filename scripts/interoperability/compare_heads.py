#!/usr/bin/env python3
"""Does ONNX Runtime find in photos what ./flsl predict finds, and are the numbers before suppression DL4J's?

    scripts/interoperability/compare_heads.py MODEL.zip PHOTOS      (a model of ./flsl train; needs torch, onnxruntime, Pillow)
"""
import json
import pathlib
import sys

import numpy as np
import onnxruntime
import torch
from PIL import Image

import ours

LEAST_SCORE, OVERLAP, MOST = 0.01, 0.6, 100  # as flsl predict


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def shown(photo, meta):
    """A photo on the canvas, and by how much it was stretched across and down."""
    height, width = map(int, meta["size"].split("x"))
    scale = min(height / photo.height, width / photo.width)
    size = max(1, min(width, round(photo.width * scale))), max(1, min(height, round(photo.height * scale)))
    mean, std = (np.array(meta[key].split(), np.float32) for key in ("mean", "std"))
    canvas = np.zeros((3, height, width), np.float32)
    pixels = np.asarray(photo.convert("RGB").resize(size, Image.BICUBIC), np.float32) / 255
    canvas[:, :size[1], :size[0]] = ((pixels - mean) / std).transpose(2, 0, 1)
    return canvas, size


def places(meta):
    """Middle and stride of every place, [P, 3]."""
    return np.array([((x + .5) * s, (y + .5) * s, s)
                     for s, rows, columns in json.loads(meta["levels"]) for y in range(int(rows)) for x in range(int(columns))])


def boxes(edges, centre):
    """Left, top, right and lower edge in pixels of the canvas, [P, 4]."""
    x, y, stride = centre.T
    return np.stack([x - edges[:, 0] * stride, y - edges[:, 1] * stride,
                     x + edges[:, 2] * stride, y + edges[:, 3] * stride], 1)


def overlap(box, others):
    common = (np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])).clip(0).prod(1)
    area = (others[:, 2:] - others[:, :2]).prod(1)
    return common / (area + (box[2:] - box[:2]).prod() - common).clip(1e-9)


def suppressed(box, score, category):
    """The best first, and none that overlaps a better one of its class."""
    kept = []
    for i in np.argsort(-score, kind="stable"):
        same = [k for k in kept if category[k] == category[i]]
        if len(kept) < MOST and not (same and overlap(box[i], box[same]).max() > OVERLAP):
            kept.append(i)
    return kept


def found(outputs, photo, size, meta):
    box = boxes(outputs["edges"], places(meta))
    box = (box * np.tile([photo.width / size[0], photo.height / size[1]], 2)).clip(0, [photo.width, photo.height] * 2)
    score = np.sqrt(sigmoid(outputs["classes"]) * sigmoid(outputs["centerness"]))
    x, y, _ = places(meta).T
    score[(x >= size[0]) | (y >= size[1])] = 0  # padding
    at, category = np.nonzero(score > LEAST_SCORE)
    kept = suppressed(box[at], score[at, category], category)
    return box[at][kept], score[at, category][kept], category[kept]


model, photos = map(pathlib.Path, sys.argv[1:])
onnx = ours.WORK / "model.onnx"
ours.flsl("export", model, "--out", onnx)
session = onnxruntime.InferenceSession(str(onnx))
meta = session.get_modelmeta().custom_metadata_map
names = [output.name for output in session.get_outputs()]
files = sorted(p for p in photos.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))[:8]
originals = [Image.open(file) for file in files]
canvases, sizes = zip(*(shown(photo, meta) for photo in originals))
images = np.stack(canvases)
numbers = session.run(None, {"image": images})
expected = ours.tokens(model, torch.from_numpy(images)).numpy()
whole = numbers[0] if names == ["scores"] else np.concatenate(numbers, -1)
distance = np.abs(whole - expected).max()
good = distance < 1e-4 * max(1, np.abs(expected).max())
print(f"{'ok  ' if good else 'FAIL'} {', '.join(names)}: differ from DL4J's by {distance:.1e} at most, of {np.abs(expected).max():.3g}")

if names != ["scores"]:
    classes = meta["classes"].split("\n")
    centre, at = places(meta), len(classes)
    there = np.stack([boxes(e, centre) for e in expected[..., at:at + 4]])
    here = np.stack([boxes(e, centre) for e in numbers[names.index("edges")]])
    good &= np.abs(there - here).max() < 1e-2
    print(f"     {here.shape[1]} boxes an image before suppression differ by {np.abs(there - here).max():.1e} pixels at most")
    some = ours.WORK / "photos"
    some.mkdir()
    for file in files:
        (some / file.name).symlink_to(file.resolve())
    ours.flsl("predict", model, "--images", some, "--out", ours.WORK / "found", "--no-overlays")
    predicted = json.loads((ours.WORK / "found" / "detections.json").read_text())
    ids = {image["file_name"]: image["id"] for image in predicted["images"]}
    named = {category["id"]: category["name"] for category in predicted["categories"]}
    for i, file in enumerate(files):
        mine = found(dict(zip(names, (n[i] for n in numbers))), originals[i], sizes[i], meta)
        theirs = [a for a in predicted["annotations"] if a["image_id"] == ids[file.stem]]
        order = sorted(theirs, key=lambda a: -a["score"])
        fits = len(order) == len(mine[0]) and all(
            abs(a["score"] - s) < 1e-3 and named[a["category_id"]] == classes[c]
            and np.abs(np.array(a["bbox"]) - [b[0], b[1], b[2] - b[0], b[3] - b[1]]).max() < 0.05
            for a, b, s, c in zip(order, *mine))
        good &= fits
        print(f"{'ok  ' if fits else 'FAIL'} {file.name}: {len(mine[0])} boxes behind suppression, ./flsl predict {len(theirs)}")
sys.exit(not good)
