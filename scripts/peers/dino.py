#!/usr/bin/python3
"""DINO's objective on the small network of this project: the peer that `flsl eval` measures FLSL beside.

    scripts/peers/dino.py --images PHOTOS --minutes 10 --seed 1 --out dino.pth
    ./flsl import dino.pth --heads 3 --out dino.zip
    ./flsl eval segmentation --backbone dino.zip ...

Same photos, views, width, depth, patch and time as a recipe; the objective is the class token's alone (Caron et al., 2021):
cross entropy between the centred, sharpened teacher and the student, over all pairs of different views with a global one
for the teacher. Crops, colours and positions are drawn and computed as the recipes' (`docs/method.md`); colours change in
one order, hue as a turn in YIQ. All photos lie in memory, so that the minutes are those of training alone. With --steps
in place of --minutes the same seed and threads give the same weights. Needs Debian's python3-torch; no part of the
product. The file has timm's names.
"""
import argparse
import math
import pathlib
import random
import time

import numpy
import torch
from PIL import Image, ImageOps
from torch import nn
from torch.nn import functional

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
GREY = YIQ[0].view(1, 3, 1, 1)


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=10)
    length.add_argument("--steps", type=int, help="in place of minutes")
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
    parser.add_argument("--global-scale", type=float, nargs=2, default=(0.4, 1))
    parser.add_argument("--local-scale", type=float, nargs=2, default=(0.05, 0.4))
    parser.add_argument("--colour-strength", type=float, default=0.75)
    parser.add_argument("--grey", type=float, default=0.05)
    parser.add_argument("--prototypes", type=int, default=1024)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, nargs=2, default=(0.04, 0.04))
    parser.add_argument("--momentum", type=float, nargs=2, default=(0.99, 1))
    parser.add_argument("--bf16", action="store_true", help="products in bf16")
    args = parser.parse_args()
    if args.global_size % args.patch or args.local_size % args.patch:
        parser.error(f"patches of {args.patch} do not divide views of all sizes")
    if args.width % args.heads or args.width % 4:
        parser.error(f"a width of {args.width} is no multiple of 4 and of {args.heads} heads")
    if not 0 < (args.steps if args.steps is not None else args.minutes):
        parser.error("--minutes and --steps take more than 0")
    if not args.images.is_dir():
        parser.error(f"{args.images} is no folder")
    if not args.out.parent.is_dir():
        parser.error(f"{args.out.parent} is no folder")
    return args


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
        table = self.table(self.grid, args.width)
        self.register_buffer("pos_embed", torch.cat([torch.zeros(1, 1, args.width), table], 1))
        self.blocks = nn.ModuleList(Block(args.width, args.heads) for _ in range(args.depth))
        self.norm = nn.LayerNorm(args.width, eps=1e-6)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    @staticmethod
    def table(side, width):
        """Of the grid of global views."""
        place = torch.arange(side)[:, None] * 10000 ** (-torch.arange(width // 4) / (width // 4))
        axis = torch.cat([place.sin(), place.cos()], 1)
        across = axis[None].expand(side, -1, -1)
        down = axis[:, None].expand(-1, side, -1)
        return torch.cat([across, down], 2).reshape(1, side * side, width)

    def positions(self, rows, columns):
        """Resampled for other grids, as DINO does and whoever reads the file."""
        table = self.pos_embed[:, 1:]
        if (rows, columns) == (self.grid, self.grid):
            return table
        maps = table.reshape(1, self.grid, self.grid, -1).permute(0, 3, 1, 2)
        scale = ((rows + 0.1) / self.grid, (columns + 0.1) / self.grid)
        resampled = functional.interpolate(maps, scale_factor=scale, mode="bicubic")
        return resampled.permute(0, 2, 3, 1).reshape(1, rows * columns, -1)

    def tokens(self, images):
        """All of them, the class token first."""
        tokens = self.patch_embed.proj(images)
        rows, columns = tokens.shape[2:]
        tokens = tokens.flatten(2).transpose(1, 2) + self.positions(rows, columns)
        tokens = torch.cat([self.cls_token.expand(len(images), -1, -1), tokens], 1)
        for block in self.blocks:
            tokens = block(tokens)
        return self.norm(tokens)

    def forward(self, images):
        return self.tokens(images)[:, 0]


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
    """All photos of a folder in memory, so many pixels on their shorter side, the damaged ones left out."""
    kinds = {".jpg", ".jpeg", ".png", ".webp"}
    found = []
    for file in sorted(file for file in folder.rglob("*") if file.suffix.lower() in kinds):
        try:
            image = Image.open(file)
            image.draft("RGB", (2 * side, 2 * side))
            image = ImageOps.exif_transpose(image).convert("RGB")
        except OSError as problem:
            print(f"left out {file}: {problem}", flush=True)
            continue
        share = side / min(image.size)
        if share < 1:
            image = image.resize([round(share * length) for length in image.size], Image.BICUBIC)
        found.append(torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous())
    if not found:
        raise SystemExit(f"{folder} holds no photos that can be read")
    return found


def uniform(count, low, high):
    return torch.empty(count).uniform_(low, high)


def crop(image, size, scale):
    """A random resized crop, drawn as torchvision's, mirrored half of the time."""
    height, width = image.shape[1:]
    for _ in range(10):
        area = height * width * random.uniform(*scale)
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        h, w = round(math.sqrt(area / ratio)), round(math.sqrt(area * ratio))
        if 0 < h <= height and 0 < w <= width:
            break
    else:
        h, w = min(height, round(width * 4 / 3)), min(width, round(height * 4 / 3))
    top, left = random.randint(0, height - h), random.randint(0, width - w)
    part = image[None, :, top : top + h, left : left + w].float() / 255
    part = functional.interpolate(part, (size, size), mode="bicubic", antialias=True)
    return part.flip(3) if random.random() < 0.5 else part


def changed(crops, strength, grey_share):
    """Other brightness, contrast, saturation and hue, some grey, some a little blurred."""
    count = len(crops)
    jittered = (torch.rand(count, 1, 1, 1) < 0.8).float()

    def factor(spread):
        return 1 + jittered * uniform((count, 1, 1, 1), -spread * strength, spread * strength)

    crops = (crops.clamp(0, 1) * factor(0.4)).clamp(0, 1)
    mean = (crops * GREY).sum(1, keepdim=True).mean((2, 3), keepdim=True)
    crops = (mean + (crops - mean) * factor(0.4)).clamp(0, 1)
    luma = (crops * GREY).sum(1, keepdim=True)
    crops = (luma + (crops - luma) * factor(0.2)).clamp(0, 1)
    turn = 2 * math.pi * (factor(0.1) - 1).flatten()
    rotation = torch.zeros(count, 3, 3)
    rotation[:, 0, 0] = 1
    rotation[:, 1, 1] = rotation[:, 2, 2] = turn.cos()
    rotation[:, 1, 2], rotation[:, 2, 1] = -turn.sin(), turn.sin()
    hue = torch.linalg.inv(YIQ) @ rotation @ YIQ
    crops = (hue @ crops.flatten(2)).view_as(crops).clamp(0, 1)
    luma = (crops * GREY).sum(1, keepdim=True)
    crops = torch.where(torch.rand(count, 1, 1, 1) < grey_share, luma, crops)
    radius = uniform((count, 1), 0.1, 0.5)
    kernel = torch.exp(-torch.arange(-2, 3) ** 2 / (2 * radius**2))
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0)
    planes = functional.pad(crops, (2, 2, 2, 2), mode="replicate").flatten(0, 1)[None]
    planes = functional.conv2d(planes, kernel.view(-1, 1, 1, 5), groups=3 * count)
    blurred = functional.conv2d(planes, kernel.view(-1, 1, 5, 1), groups=3 * count).view_as(crops)
    crops = torch.where(torch.rand(count, 1, 1, 1) < 0.5, blurred, crops)
    return (crops - MEAN) / STD


def main():
    args = options()
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    torch.set_num_threads(args.threads)
    torch.set_num_interop_threads(1)
    images = photos(args.images, args.global_size * 3 // 2)
    print(f"{len(images)} photos", flush=True)
    student = nn.ModuleList([VisionTransformer(args), Head(args.width, args.prototypes)])
    teacher = nn.ModuleList([VisionTransformer(args), Head(args.width, args.prototypes)])
    teacher.load_state_dict(student.state_dict())
    trained = list(student.parameters())
    decayed = [p for p in trained if p.dim() > 1]
    others = [p for p in trained if p.dim() <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed}, {"params": others, "weight_decay": 0}])
    centre = torch.zeros(1, args.prototypes)
    order = []

    def views(batch, size, scale):
        crops = torch.cat([crop(images[i], size, scale) for i in batch])
        return changed(crops, args.colour_strength, args.grey)

    def between(first_to_last, share):
        first, last = first_to_last
        return last + (first - last) * 0.5 * (1 + math.cos(math.pi * share))

    begin, steps = time.time(), 0

    def progress():
        return steps / args.steps if args.steps else (time.time() - begin) / 60 / args.minutes

    while (share := progress()) < 1:
        for group in optimiser.param_groups:
            rest = max(0, share - 0.1) / 0.9
            group["lr"] = between((args.lr, 1e-6), rest) * min(1, (share + 1e-3) / 0.1)
        optimiser.param_groups[0]["weight_decay"] = between(args.weight_decay, share)
        while len(order) < args.batch:
            order += torch.randperm(len(images)).tolist()
        batch, order = order[: args.batch], order[args.batch :]
        globals_ = [views(batch, args.global_size, args.global_scale) for _ in range(2)]
        locals_ = [views(batch, args.local_size, args.local_scale) for _ in range(args.local_views)]
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            logits = teacher[1](teacher[0](torch.cat(globals_))).float()
            targets = ((logits - centre) / 0.04).softmax(-1).chunk(2)
            centre = 0.9 * centre + 0.1 * logits.mean(0, keepdim=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            guesses = student[1](student[0](torch.cat(globals_))).float().chunk(2)
            if locals_:
                guesses += student[1](student[0](torch.cat(locals_))).float().chunk(len(locals_))
        pairs = [
            -(target * (guess / 0.1).log_softmax(-1)).sum(-1).mean()
            for i, target in enumerate(targets)
            for j, guess in enumerate(guesses)
            if i != j
        ]
        loss = sum(pairs) / len(pairs)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 3)
        optimiser.step()
        momentum = between(args.momentum, share)
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
