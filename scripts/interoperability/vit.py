"""A Vision Transformer as PyTorch users have it: timm's names, with what timm, DeiT, DINO and DINOv2 add.

Written for comparisons: it loads state dicts strictly and yields the tokens of the patches.
"""
import re

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, heads, qkv_bias):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=qkv_bias)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) * (c // self.heads) ** -0.5).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, n, c))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(nn.functional.gelu(self.fc1(x)))


class LayerScale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * self.gamma


class Block(nn.Module):
    def __init__(self, width, heads, hidden, qkv_bias, scale, eps):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps)
        self.attn = Attention(width, heads, qkv_bias)
        self.ls1 = LayerScale(width) if scale else nn.Identity()
        self.norm2 = nn.LayerNorm(width, eps)
        self.mlp = Mlp(width, hidden)
        self.ls2 = LayerScale(width) if scale else nn.Identity()

    def forward(self, x):
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class PatchEmbed(nn.Module):
    def __init__(self, channels, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, patch)

    def forward(self, images):
        return self.proj(images).flatten(2).transpose(1, 2)


class Vit(nn.Module):
    """tokens: how many of class (1), distillation (2); registers come behind the positions, as in DINOv2."""

    def __init__(self, width, depth, heads, patch, grid, channels=3, hidden=None, tokens=0, registers=0,
                 qkv_bias=True, scale=False, eps=1e-6):
        super().__init__()
        self.tokens, self.registers = tokens, registers
        self.patch_embed = PatchEmbed(channels, width, patch)
        if tokens:
            self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        if tokens > 1:
            self.dist_token = nn.Parameter(torch.zeros(1, 1, width))
        if registers:
            self.register_tokens = nn.Parameter(torch.zeros(1, registers, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, tokens + grid * grid, width))
        self.blocks = nn.ModuleList(
            Block(width, heads, hidden or 4 * width, qkv_bias, scale, eps) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps)

    def randomise(self, seed):
        torch.manual_seed(seed)
        for name, p in self.named_parameters():
            p.data = torch.randn_like(p) * (0.3 if p.dim() > 1 else 0.1)
            if name.endswith(("norm1.weight", "norm2.weight", "norm.weight", "gamma")):
                p.data += 1
        return self

    def forward(self, images):
        x = self.patch_embed(images)
        own = [t.expand(len(x), -1, -1) for t in (getattr(self, n, None) for n in ("cls_token", "dist_token"))
               if t is not None]
        x = torch.cat(own + [x], 1) + self.pos_embed
        if self.registers:
            registers = self.register_tokens.expand(len(x), -1, -1)
            x = torch.cat([x[:, :self.tokens], registers, x[:, self.tokens:]], 1)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)[:, self.tokens + self.registers:]


def renamed(state, rules):
    """A state dict under other names: each rule is a regular expression and what to put in its place."""
    result = {}
    for name, value in state.items():
        for pattern, replacement in rules:
            name = re.sub(pattern, replacement, name)
        result[name] = value
    return result


TORCHVISION = [
    (r"^patch_embed\.proj", "conv_proj"), (r"^pos_embed", "encoder.pos_embedding"), (r"^cls_token", "class_token"),
    (r"^blocks\.(\d+)", r"encoder.layers.encoder_layer_\1"), (r"\.norm(\d)\.", r".ln_\1."),
    (r"attn\.qkv\.(\w+)", r"self_attention.in_proj_\1"), (r"attn\.proj", "self_attention.out_proj"),
    (r"mlp\.fc1", "mlp.0"), (r"mlp\.fc2", "mlp.3"), (r"^norm\.", "encoder.ln."),
]

MULTIHEAD = [
    (r"attn\.qkv\.(\w+)", r"attn.in_proj_\1"), (r"attn\.proj", "attn.out_proj"),
    (r"mlp\.fc1", "mlp.0"), (r"mlp\.fc2", "mlp.3"),
]

_HUGGINGFACE = [
    (r"^patch_embed\.proj", "embeddings.patch_embeddings.projection"),
    (r"^pos_embed", "embeddings.position_embeddings"), (r"^cls_token", "embeddings.cls_token"),
    (r"^dist_token", "embeddings.distillation_token"), (r"^register_tokens", "embeddings.register_tokens"),
    (r"^blocks\.(\d+)", r"encoder.layer.\1"), (r"attn\.proj", "attention.output.dense"), (r"^norm\.", "layernorm."),
]

HUGGINGFACE = _HUGGINGFACE + [
    (r"\.norm1\.", ".layernorm_before."), (r"\.norm2\.", ".layernorm_after."),
    (r"mlp\.fc1", "intermediate.dense"), (r"mlp\.fc2", "output.dense"),
]

HUGGINGFACE_DINOV2 = _HUGGINGFACE + [(r"\.ls(\d)\.gamma", r".layer_scale\1.lambda1")]


def split_qkv(state):
    """Queries, keys and values apart, as HuggingFace has them."""
    result = {}
    for name, value in state.items():
        if ".attn.qkv." in name:
            for part, third in zip(("query", "key", "value"), value.chunk(3)):
                result[name.replace("attn.qkv", "attention.attention." + part)] = third.clone()
        else:
            result[name] = value
    return result
