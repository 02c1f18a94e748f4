#!/usr/bin/python3
"""DINO's objective on the small network of this project: the peer that `flsl eval` measures FLSL beside.

    scripts/peers/dino.py --images PHOTOS --minutes 10 --seed 1 --out dino.pth
    ./flsl import dino.pth --heads 3 --out dino.zip
    ./flsl eval segmentation --backbone dino.zip ...

Same photos, views, width, depth, patch and time as a recipe; the objective is the class token's alone (Caron et al., 2021):
cross entropy between the centred, sharpened teacher and the student, over all pairs of different views with a global one
for the teacher. Needs Debian's python3-torch; no part of the product. The file has timm's names.
"""
import argparse
import math
import pathlib
import time

import numpy
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
GREY = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--heads", type=int, default=3)
    parser.add_argument("--patch", type=int, default=16)
    parser.add_argument("--global-size", type=int, default=96)
    parser.add_argument("--local-size", type=int, default=48)
    parser.add_argument("--local-views", type=int, default=4)
    parser.add_argument("--prototypes", type=int, default=1024)
    parser.add_argument("--lr", type=float, default=1e-3)
    return parser.parse_args()


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens):
        return self.fc2(functional.gelu(self.fc1(tokens)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens):
        batch, count, width = tokens.shape
        split = self.qkv(tokens).reshape(batch, count, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) / math.sqrt(width // self.heads)
        return self.proj((scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, count, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width)

    def forward(self, tokens):
        tokens = tokens + self.attn(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))


class PatchEmbed(nn.Module):
    def __init__(self, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, patch)


class VisionTransformer(nn.Module):
    """With the names of timm's, and fixed sine-cosine positions."""

    def __init__(self, args):
        super().__init__()
        self.grid = args.global_size // args.patch
        self.patch_embed = PatchEmbed(args.width, args.patch)
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, args.width))
        table = self.positions(self.grid, self.grid, args.width)
        self.register_buffer("pos_embed", torch.cat([torch.zeros(1, 1, args.width), table], 1))
        self.blocks = nn.ModuleList(Block(args.width, args.heads) for _ in range(args.depth))
        self.norm = nn.LayerNorm(args.width, eps=1e-6)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def positions(self, rows, columns, width):
        """In the coordinates of the grid of global views."""
        omega = 10000 ** (-torch.arange(width // 4) / (width // 4))

        def axis(count):
            place = ((torch.arange(count) + 0.5) / count * self.grid - 0.5)[:, None] * omega
            return torch.cat([place.sin(), place.cos()], 1)

        across = axis(columns)[None].expand(rows, -1, -1)
        down = axis(rows)[:, None].expand(-1, columns, -1)
        return torch.cat([across, down], 2).reshape(1, rows * columns, width)

    def forward(self, images):
        tokens = self.patch_embed.proj(images)
        rows, columns = tokens.shape[2:]
        tokens = tokens.flatten(2).transpose(1, 2)
        tokens = tokens + self.positions(rows, columns, tokens.shape[2])
        tokens = torch.cat([self.cls_token.expand(len(images), -1, -1), tokens], 1)
        for block in self.blocks:
            tokens = block(tokens)
        return self.norm(tokens)[:, 0]


class Head(nn.Module):
    def __init__(self, width, prototypes):
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(width, 512), nn.GELU(), nn.Linear(512, 512), nn.GELU(), nn.Linear(512, 128))
        self.prototypes = nn.Parameter(torch.randn(prototypes, 128))
        for layer in self.mlp:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, std=0.02)
                nn.init.zeros_(layer.bias)

    def forward(self, features):
        unit = functional.normalize(self.mlp(features), dim=-1)
        return unit @ functional.normalize(self.prototypes, dim=-1).t()


def photos(folder, side):
    """All photos of a folder as squares of so many pixels, in memory."""
    kinds = {".jpg", ".jpeg", ".png", ".webp"}
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in kinds)
    squares = []
    for file in files:
        image = Image.open(file)
        image.draft("RGB", (2 * side, 2 * side))
        image = image.convert("RGB")
        short = min(image.size)
        left, top = (image.width - short) // 2, (image.height - short) // 2
        box = (left, top, left + short, top + short)
        squares.append(numpy.asarray(image.resize((side, side), Image.BICUBIC, box=box)))
    if not squares:
        raise SystemExit(f"{folder} holds no photos")
    return torch.from_numpy(numpy.stack(squares)).permute(0, 3, 1, 2)


def uniform(count, low, high):
    return torch.empty(count).uniform_(low, high)


def view(images, size, smallest, largest):
    """A random resized crop, mirrored half of the time, with other colours."""
    count = len(images)
    area = uniform(count, smallest, largest)
    ratio = uniform(count, math.log(3 / 4), math.log(4 / 3)).exp()
    width, height = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    place = torch.zeros(count, 2, 3)
    place[:, 0, 0] = width * torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    place[:, 1, 1] = height
    place[:, 0, 2] = uniform(count, -1, 1) * (1 - width)
    place[:, 1, 2] = uniform(count, -1, 1) * (1 - height)
    grid = functional.affine_grid(place, (count, 3, size, size), align_corners=False)
    crop = functional.grid_sample(images, grid, align_corners=False)
    jittered = (torch.rand(count, 1, 1, 1) < 0.8).float()

    def factor(strength):
        return 1 + jittered * uniform((count, 1, 1, 1), -strength, strength)

    crop = crop * factor(0.3)
    mean = crop.mean((1, 2, 3), keepdim=True)
    crop = mean + (crop - mean) * factor(0.3)
    grey = (crop * GREY).sum(1, keepdim=True)
    kept = torch.where(torch.rand(count, 1, 1, 1) < 0.1, torch.zeros(()), factor(0.2))
    crop = grey + (crop - grey) * kept
    return (crop.clamp(0, 1) - MEAN) / STD


def main():
    args = options()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    images = photos(args.images, args.global_size * 3 // 2)
    print(f"{len(images)} photos", flush=True)
    student = nn.ModuleList([VisionTransformer(args), Head(args.width, args.prototypes)])
    teacher = nn.ModuleList([VisionTransformer(args), Head(args.width, args.prototypes)])
    teacher.load_state_dict(student.state_dict())
    trained = list(student.parameters())
    decayed = [p for p in trained if p.dim() > 1]
    others = [p for p in trained if p.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.04}, {"params": others, "weight_decay": 0}])
    centre = torch.zeros(1, args.prototypes)
    begin, steps = time.time(), 0
    while (share := (time.time() - begin) / 60 / args.minutes) < 1:
        cosine = 0.5 * (1 + math.cos(math.pi * max(0, share - 0.1) / 0.9))
        for group in optimiser.param_groups:
            group["lr"] = args.lr * (share / 0.1 if share < 0.1 else cosine)
        batch = images[torch.randint(len(images), (args.batch,))].float() / 255
        globals_ = [view(batch, args.global_size, 0.4, 1) for _ in range(2)]
        locals_ = [view(batch, args.local_size, 0.05, 0.4) for _ in range(args.local_views)]
        with torch.no_grad():
            logits = teacher[1](teacher[0](torch.cat(globals_)))
            targets = ((logits - centre) / 0.04).softmax(-1).chunk(2)
            centre = 0.9 * centre + 0.1 * logits.mean(0, keepdim=True)
        guesses = (student[1](student[0](torch.cat(globals_))) / 0.1).log_softmax(-1).chunk(2)
        if locals_:
            small = (student[1](student[0](torch.cat(locals_))) / 0.1).log_softmax(-1)
            guesses += small.chunk(len(locals_))
        pairs = [
            -(target * guess).sum(-1).mean()
            for i, target in enumerate(targets)
            for j, guess in enumerate(guesses)
            if i != j
        ]
        loss = sum(pairs) / len(pairs)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 3)
        optimiser.step()
        momentum = 1 - 0.01 * 0.5 * (1 + math.cos(math.pi * share))
        with torch.no_grad():
            for own, other in zip(teacher.parameters(), student.parameters()):
                own.mul_(momentum).add_(other, alpha=1 - momentum)
        steps += 1
        if steps % 20 == 0:
            rate = steps * args.batch / (time.time() - begin)
            print(f"step {steps}  loss {loss.item():.4f}  {rate:.0f} images/s", flush=True)
    torch.save(teacher[0].state_dict(), args.out)
    print(f"{args.out}: {steps} steps, {steps * args.batch} images")


if __name__ == "__main__":
    main()
