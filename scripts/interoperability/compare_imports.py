#!/usr/bin/python3
"""Do our networks compute the tokens that PyTorch computes with the same weights?

    scripts/interoperability/compare_imports.py FOLDER    with the files of `vit/` named below, from GitHub:
    MightyDeb/Volterra-Neural-Network-for-Image-Classification vit.pt, mlde-ms/vision-transformer-from-scratch
    vit_weights.pth, FarisAljohanix/vit-from-scratch-mask-detection vit.pt
"""
import pathlib
import sys

import torch
import torchvision
from torch import nn

import ours
import vit

FARIS = """
patch: embedding.patch_embeddings.projection.*
positions: embedding.position_embeddings
class: embedding.cls_token
norm1: encoder.blocks.{block}.layernorm1.*
q: encoder.blocks.{block}.attention.heads.{head}.query.*
k: encoder.blocks.{block}.attention.heads.{head}.key.*
v: encoder.blocks.{block}.attention.heads.{head}.value.*
proj: encoder.blocks.{block}.attention.output_projection.*
norm2: encoder.blocks.{block}.layernorm2.*
fc1: encoder.blocks.{block}.mlp.dense1.*
fc2: encoder.blocks.{block}.mlp.dense2.*
eps: 1e-5
ignore: ['classifier.*']
"""


class MultiheadBlock(nn.Module):
    """As their authors wrote it: nn.MultiheadAttention, each norm before its layer."""

    def __init__(self, width, heads, hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(), nn.Linear(hidden, width))

    def forward(self, x):
        h = self.norm1(x)
        x = x + self.attn(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class MultiheadVit(vit.Vit):
    def __init__(self, width, depth, heads, patch, grid, hidden):
        super().__init__(width, 0, heads, patch, grid, tokens=1, eps=1e-5)
        self.blocks = nn.ModuleList(MultiheadBlock(width, heads, hidden) for _ in range(depth))


def loaded(network, state, *heads):
    missing, unexpected = network.load_state_dict(state, strict=False)
    assert not missing and all(name.startswith(heads) for name in unexpected), (missing, unexpected)
    return network.eval()


def mightydeb(file):
    network = loaded(MultiheadVit(128, 4, 4, 4, 8, 256), torch.load(file, map_location="cpu"), "head.")
    return network, torch.randn(2, 3, 32, 32), ["--heads", 4]


def mldems(file):
    """torchvision's own encoder; the network is its author's for one channel."""
    state = torch.load(file, map_location="cpu")
    whole = torchvision.models.VisionTransformer(28, 2, 2, 4, 64, 256, representation_size=32, num_classes=10)
    whole.conv_proj = nn.Conv2d(1, 64, 2, 2)
    whole = loaded(whole, state)

    def tokens(images):
        x = whole.conv_proj(images).flatten(2).transpose(1, 2)
        return whole.encoder(torch.cat([whole.class_token.expand(len(x), -1, -1), x], 1))[:, 1:]

    return tokens, torch.randn(2, 1, 28, 28), ["--heads", 4]


def faris(file):
    """Names of its author's own: mapped by a file. Heads apart are one matrix, head by head."""
    state = torch.load(file, map_location="cpu")["model_state"]
    plain = vit.renamed({k: v for k, v in state.items() if ".heads." not in k}, [
        (r"^embedding\.patch_embeddings\.projection", "patch_embed.proj"),
        (r"^embedding\.position_embeddings", "pos_embed"), (r"^embedding\.cls_token", "cls_token"),
        (r"^encoder\.blocks", "blocks"), (r"attention\.output_projection", "attn.proj"),
        (r"layernorm", "norm"), (r"dense", "fc")])
    for block in range(4):
        for kind in ("weight", "bias"):
            plain[f"blocks.{block}.attn.qkv.{kind}"] = torch.cat([
                state[f"encoder.blocks.{block}.attention.heads.{head}.{part}.{kind}"]
                for part in ("query", "key", "value") for head in range(4)])
    network = vit.Vit(48, 4, 4, 16, 14, tokens=1, eps=1e-5)
    network.norm = nn.Identity()
    names = ours.WORK / "faris.yaml"
    names.write_text(FARIS)
    return loaded(network, plain, "classifier."), torch.randn(2, 3, 224, 224), ["--names", names]


folder = pathlib.Path(sys.argv[1])
torch.manual_seed(1)
good = True
for name, case in {"mightydeb_vit.pt": mightydeb, "mldems_vit_weights.pth": mldems,
                   "farisaljohanix_vit.pt": faris}.items():
    network, images, options = case(folder / name)
    with torch.no_grad():
        expected = network(images)
    good &= ours.compare(name, expected, ours.tokens(ours.imported(folder / name, *options), images))
sys.exit(not good)
