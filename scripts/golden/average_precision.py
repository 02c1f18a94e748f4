#!/usr/bin/env python3
"""What pycocotools says to random detections, and VOC's own arithmetic: fixtures of evaluation/ap.

Needs numpy and pycocotools 2.0.11. Crowds, images without objects or detections, equal scores, areas on the border
of two sizes, classes that never occur, more than a hundred detections of an image, all notations of outlines.
"""

import contextlib
import io
import json
import pathlib

import numpy as np
from pycocotools import mask as masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "flsl-dl4j-losses/src/test/resources/evaluation/ap"
CATEGORIES = {3: "cell", 7: "dog", 11: "never there", 12: "only found"}
rng = np.random.default_rng(15)


def polygon(x, y, w, h):
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    points = np.stack([x + w / 2 + w / 2 * np.cos(angles), y + h / 2 + h / 2 * np.sin(angles)], 1)
    return [round(float(v), 2) for v in points.flatten()]


def segmentation(kind, box, height, width):
    if kind == 0:
        return [polygon(*box)]
    if kind == 1:
        x, y, w, h = box
        return [polygon(x, y, w / 2, h), polygon(x + w / 2, y, w / 2, h)]
    found = masks.merge(masks.frPyObjects([polygon(*box)], height, width))
    if kind == 2:
        return dict(size=found["size"], counts=found["counts"].decode())
    pixels = masks.decode(found).flatten(order="F")
    changes = np.flatnonzero(np.diff(np.concatenate([[0], pixels, [1 - pixels[-1]]])))
    return dict(size=found["size"], counts=np.diff(np.concatenate([[0], changes])).tolist())


def area_of(outline, height, width):
    if isinstance(outline, list):
        return float(masks.area(masks.merge(masks.frPyObjects(outline, height, width))))
    if isinstance(outline["counts"], list):
        return float(masks.area(masks.frPyObjects(outline, height, width)))
    return float(masks.area(outline))


def truth():
    images, annotations = [], []
    for number in range(14):
        height, width = (int(v) for v in rng.integers(110, 190, 2))
        # Not in the order of the numbers.
        image = 1000 - 37 * number
        images.append(dict(id=image, file_name=f"{number}.jpg", height=height, width=width))
        for _ in range(0 if number in (3, 8) else int(rng.integers(1, 9))):
            side = rng.choice([8, 20, 32, 50, 96, 100])
            w, h = (float(min(side, width - 5)), float(min(side * rng.choice([1, 1, 0.7]), height - 5)))
            x, y = round(float(rng.uniform(0, width - w)), 2), round(float(rng.uniform(0, height - h)), 2)
            kind = int(rng.integers(0, 4))
            outline = segmentation(kind, (x, y, w, h), height, width)
            area = w * h if rng.random() < 0.5 else area_of(outline, height, width)
            annotations.append(dict(
                id=len(annotations) + 1, image_id=image, category_id=int(rng.choice([3, 3, 7])), bbox=[x, y, w, h],
                area=area, segmentation=outline, iscrowd=int(kind == 3 and rng.random() < 0.7)))
    categories = [dict(id=number, name=name) for number, name in CATEGORIES.items()]
    return dict(images=images, annotations=annotations, categories=categories)


def detections(data):
    results = []
    for image in data["images"]:
        height, width = image["height"], image["width"]
        objects = [a for a in data["annotations"] if a["image_id"] == image["id"]]
        boxes = []
        for found in objects:
            for _ in range(int(rng.integers(0, 4))):
                noise = rng.normal(size=4) * rng.choice([0, 1, 4, 12])
                boxes.append((found["category_id"], np.array(found["bbox"]) + noise))
        if image["file_name"] == "5.jpg":
            boxes += [(3, np.array([*rng.uniform(0, 60, 2), *rng.uniform(4, 60, 2)])) for _ in range(130)]
        if image["file_name"] not in ("8.jpg", "9.jpg"):
            for _ in range(3):
                boxes.append((int(rng.choice([3, 7, 12])), np.array([*rng.uniform(0, 60, 2), 32.0, 32.0])))
        for category, (x, y, w, h) in boxes:
            w, h = max(w, 1), max(h, 1)
            box = [float(x), float(y), float(w), float(h)]
            results.append(dict(
                image_id=image["id"], category_id=category, bbox=box,
                segmentation=segmentation(2, box, height, width),
                # One digit: many are equal.
                score=round(float(rng.random()), 1)))
    order = rng.permutation(len(results))
    return [results[i] for i in order]


def coco(data, results, kind):
    with contextlib.redirect_stdout(io.StringIO()):
        there = COCO()
        there.dataset = json.loads(json.dumps(data))
        there.createIndex()
        if kind == "segm":
            results = [{key: value for key, value in result.items() if key != "bbox"} for result in results]
        found = there.loadRes(json.loads(json.dumps(results)))
        evaluation = COCOeval(there, found, kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    precision = evaluation.eval["precision"]
    classes = {}
    for number, category in enumerate(evaluation.params.catIds):
        for name, part in (("ap", precision[:, :, number, 0, 2]), ("ap50", precision[0, :, number, 0, 2])):
            part = part[part > -1]
            classes.setdefault(str(category), {})[name] = float(part.mean()) if len(part) else -1
    return dict(summary=[float(v) for v in evaluation.stats], classes=classes)


def voc(data, results):
    """VOCevaldet of the development kit, word for word, on boxes whose edges lie between pixels."""
    answers = {}
    for category in CATEGORIES:
        objects = [a for a in data["annotations"] if a["category_id"] == category]
        # Of equal scores: in the order of the images' numbers, then of the file.
        ranked = sorted(
            (r for r in results if r["category_id"] == category), key=lambda r: (-r["score"], r["image_id"]))
        npos = sum(not a["iscrowd"] for a in objects)
        seen, tp, fp = set(), [], []
        for r in ranked:
            best, most = None, -np.inf
            x, y, w, h = r["bbox"]
            for a in objects:
                if a["image_id"] != r["image_id"]:
                    continue
                gx, gy, gw, gh = a["bbox"]
                iw, ih = min(x + w, gx + gw) - max(x, gx), min(y + h, gy + gh) - max(y, gy)
                if iw > 0 and ih > 0:
                    overlap = iw * ih / (w * h + gw * gh - iw * ih)
                    if overlap > most:
                        best, most = a, overlap
            hit = miss = 0
            if most >= 0.5:
                if not best["iscrowd"]:
                    hit, miss = (1, 0) if best["id"] not in seen else (0, 1)
                    seen.add(best["id"])
            else:
                miss = 1
            tp.append(hit)
            fp.append(miss)
        if npos == 0:
            answers[str(category)] = dict(area=-1, eleven=-1)
            continue
        tp, fp = np.cumsum(tp), np.cumsum(fp)
        with np.errstate(invalid="ignore"):
            rec, prec = tp / npos, tp / (tp + fp)
        prec = np.nan_to_num(prec)
        eleven = sum((prec[rec >= t].max() if (rec >= t).any() else 0) for t in np.arange(0, 1.1, 0.1)) / 11
        mrec, mpre = np.concatenate([[0], rec, [1]]), np.concatenate([[0], prec, [0]])
        for i in range(len(mpre) - 2, -1, -1):
            mpre[i] = max(mpre[i], mpre[i + 1])
        i = np.flatnonzero(mrec[1:] != mrec[:-1]) + 1
        answers[str(category)] = dict(area=float(((mrec[i] - mrec[i - 1]) * mpre[i]).sum()), eleven=float(eleven))
    return answers


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = truth()
    results = detections(data)
    expected = dict(
        boxes=coco(data, results, "bbox"), masks=coco(data, results, "segm"), voc=voc(data, results))
    for name, value in (("truth", data), ("found", results), ("expected", expected)):
        (FOLDER / f"{name}.json").write_text(json.dumps(value) + "\n")
    print(len(data["annotations"]), "objects,", sum(a["iscrowd"] for a in data["annotations"]), "crowds,",
          len(results), "detections")
    print(json.dumps(expected, indent=1))


if __name__ == "__main__":
    main()
