#!/usr/bin/python3
"""Does PyTorch compute the same tokens from what we export? Also, what zeros for a missing class token change.

    scripts/interoperability/compare_exports.py BACKBONE.zip [WIDTH DEPTH HEADS PATCH GRID]
"""
import sys

import torch
import torchvision

import ours
import vit

backbone = sys.argv[1]
width, depth, heads, patch, grid = map(int, sys.argv[2:] or (48, 3, 3, 4, 6))
images = torch.randn(2, 3, grid * patch, grid * patch, generator=torch.Generator().manual_seed(1))
mine = ours.tokens(backbone, images)
good = True
for names in ("timm", "dino"):
    file = ours.WORK / f"{names}.safetensors"
    ours.flsl("export", backbone, "--names", names, "--out", file)
    tokens = 1 if names == "dino" else 0
    network = vit.Vit(width, depth, heads, patch, grid, tokens=tokens)
    network.load_state_dict(ours.safetensors(file), strict=True)
    with torch.no_grad():
        theirs = network(images)
    if tokens:
        print(f"     names of {names}: with a class token of zeros tokens differ by "
              f"{float((theirs - mine).norm() / mine.norm()):.1e}")
    else:
        good &= ours.compare(f"names of {names}, loaded strictly", theirs, mine)
file = ours.WORK / "torchvision.safetensors"
ours.flsl("export", backbone, "--names", "torchvision", "--out", file)
network = torchvision.models.VisionTransformer(grid * patch, patch, depth, heads, width, 4 * width)
missing, unexpected = network.load_state_dict(ours.safetensors(file), strict=False)
fits = not unexpected and all(name.startswith("heads.") for name in missing)
print("ok  " if fits else "FAIL", "names of torchvision: its own class lacks nothing but its head")
sys.exit(not (good and fits))
