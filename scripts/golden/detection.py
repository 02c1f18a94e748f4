#!/usr/bin/python3
"""What torchvision's FCOS makes of small inputs: assignment, losses, gradients, suppression.

Writes flsl-dl4j-losses/src/test/resources/golden/detection.json; needs torch 1.13 and torchvision 0.14 alone.
"""

import json
import pathlib
import types

import torch
from torchvision import ops
from torchvision.models.detection.fcos import FCOS, FCOSHead

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLASSES = 3
STRIDES, HEIGHT, WIDTH = (8, 16, 32), 64, 96
RADIUS = 1.5


def listed(tensor, digits=None):
    values = tensor.detach().double().flatten().tolist()
    return [round(value, digits) for value in values] if digits else values


def random_boxes(count, generator):
    corner = torch.rand(count, 2, generator=generator) * torch.tensor([WIDTH - 4.0, HEIGHT - 4.0])
    size = 3 + torch.rand(count, 2, generator=generator) ** 2 * torch.tensor([WIDTH * 0.9, HEIGHT * 0.9])
    far = torch.minimum(corner + size, torch.tensor([float(WIDTH), float(HEIGHT)]))
    # Few digits, so that the file holds what was computed with.
    return (torch.cat([corner, far], 1) * 8).round() / 8


def anchors():
    squares, counts = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(
            (torch.arange(HEIGHT // stride) + 0.5) * stride,
            (torch.arange(WIDTH // stride) + 0.5) * stride,
            indexing="ij")
        centres = torch.stack([x, y], 2).reshape(-1, 2)
        squares.append(torch.cat([centres - stride / 2, centres + stride / 2], 1))
        counts.append(len(centres))
    return torch.cat(squares), counts


def detection():
    generator = torch.Generator().manual_seed(15)
    images = [random_boxes(count, generator) for count in (9, 0, 2)]
    labels = [torch.randint(0, CLASSES, (len(boxes),), generator=generator) for boxes in images]
    squares, counts = anchors()
    places = len(squares)
    logits = (torch.randn(len(images), places, CLASSES, generator=generator) * 2).round(decimals=3).requires_grad_()
    edges = (torch.rand(len(images), places, 4, generator=generator) * 5 + 0.01).round(decimals=3).requires_grad_()
    centerness = torch.randn(len(images), places, 1, generator=generator).round(decimals=3).requires_grad_()
    head = FCOSHead(32, 1, CLASSES, 1)
    found = {}

    def compute_loss(targets, outputs, anchors, matched):
        found["matched"] = matched
        return head.compute_loss(targets, outputs, anchors, matched)

    detector = types.SimpleNamespace(
        center_sampling_radius=RADIUS, head=types.SimpleNamespace(compute_loss=compute_loss))
    losses = FCOS.compute_loss(
        detector,
        [dict(boxes=boxes, labels=label) for boxes, label in zip(images, labels)],
        dict(cls_logits=logits, bbox_regression=edges, bbox_ctrness=centerness),
        [squares] * len(images),
        counts)
    sum(losses.values()).backward()
    return dict(
        height=HEIGHT, width=WIDTH, strides=STRIDES, classes=CLASSES, radius=RADIUS,
        images=[
            dict(boxes=boxes.tolist(), labels=label.tolist(), matched=matched.tolist())
            for boxes, label, matched in zip(images, labels, found["matched"])],
        outputs=listed(torch.cat([logits, edges, centerness], 2), 3),
        losses={name: float(value) for name, value in losses.items()},
        gradients=listed(torch.cat([logits.grad, edges.grad, centerness.grad], 2)))


def focal():
    generator = torch.Generator().manual_seed(16)
    logits = torch.cat([torch.randn(20, generator=generator) * 4, torch.tensor([0.0, 60, -60, 200, -200])])
    logits = torch.cat([logits, logits]).round(decimals=3)
    targets = (torch.arange(len(logits)) < len(logits) // 2).float()
    return dict(logits=listed(logits, 3), targets=listed(targets), loss=listed(ops.sigmoid_focal_loss(logits, targets)))


def giou():
    generator = torch.Generator().manual_seed(17)
    edges = (torch.rand(2, 30, 4, generator=generator) * 6).round(decimals=3)
    edges[1, 0] = edges[0, 0]
    sign = torch.tensor([-1.0, -1.0, 1.0, 1.0])
    loss = ops.generalized_box_iou_loss(edges[0] * sign, edges[1] * sign)
    return dict(predicted=listed(edges[0], 3), target=listed(edges[1], 3), loss=listed(loss))


def suppression():
    generator = torch.Generator().manual_seed(18)
    boxes = random_boxes(80, generator)
    scores = torch.randperm(80, generator=generator) / 80
    classes = torch.randint(0, CLASSES, (80,), generator=generator)
    return dict(
        boxes=boxes.tolist(), scores=listed(scores), classes=classes.tolist(), threshold=0.5,
        one=ops.nms(boxes, scores, 0.5).tolist(),
        each=ops.batched_nms(boxes, scores, classes, 0.5).tolist())


def main():
    values = dict(detection=detection(), focal=focal(), giou=giou(), suppression=suppression())
    path = ROOT / "flsl-dl4j-losses/src/test/resources/golden/detection.json"
    path.write_text(json.dumps(values) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, {values['detection']['losses']}")
    positives = [sum(index >= 0 for index in image["matched"]) for image in values["detection"]["images"]]
    print(f"places with a box: {positives}")


if __name__ == "__main__":
    main()
