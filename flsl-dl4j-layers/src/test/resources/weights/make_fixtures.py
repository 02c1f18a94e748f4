#!/usr/bin/python3
"""Writes the fixtures of this folder with PyTorch (Debian: apt-get install python3-torch)."""
import collections
import pathlib
import sys

import numpy
import torch

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[4] / "scripts" / "interoperability"))
import vit  # noqa: E402


def save(name, state):
    torch.save(state, here / f"{name}.pth")
    torch.save(state, here / f"{name}_old.pth", _use_new_zipfile_serialization=False)


# Every type, strides of all sorts, one storage in several tensors, and plain values beside them.
count = torch.arange(12)
matrix = count.float().reshape(3, 4)
save("types", {
    "epoch": 7, "name": "fixture", "share": 0.25, "flag": True, "nothing": None, "large": 2**40, "list": [1, (2, 3)],
    "model_state": collections.OrderedDict(
        f64=count.double() / 4, f32=count.float() / 4, f16=count.half() / 4, bf16=count.bfloat16() / 4,
        i64=count - 5, i32=(count - 5).int(), i16=(count - 5).short(), i8=(count - 5).char(), u8=(count + 200).byte(),
        bool=count % 3 == 0, scalar=torch.tensor(2.5), empty=torch.zeros(0, 3), matrix=matrix, transposed=matrix.t(),
        row=matrix[1], column=matrix[:, 2], block=matrix[1:, 1:3], parameter=torch.nn.Parameter(matrix[0])),
})

images = torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(1))
arrays = {"images": images.numpy()}


def network(name, rules=(), split=False, extra=None, wrap=lambda state: state, **shape):
    model = vit.Vit(8, 2, 2, 4, 3, **shape).randomise(len(arrays))
    with torch.no_grad():
        arrays[name] = model(images).numpy()
    state = model.state_dict()
    state = vit.renamed(vit.split_qkv(state) if split else state, rules)
    state.update(extra or {})
    torch.save(wrap(collections.OrderedDict(state)), here / f"{name}.pth")


head = {"head.weight": torch.zeros(5, 8), "head.bias": torch.zeros(5)}
network("timm", extra=head)
network("timm_class_token", tokens=1, extra=head)
network("dino", tokens=1, wrap=lambda s: {
    "teacher": {**{"backbone." + k: v for k, v in s.items()}, "head.last_layer.weight_v": torch.zeros(4, 3)},
    "student": {**{"module.backbone." + k: v + 1 for k, v in s.items()},
                "module.head.last_layer.weight_v": torch.zeros(4, 3)}, "epoch": 3})
network("deit", tokens=2, extra={**head, "head_dist.weight": torch.zeros(5, 8), "head_dist.bias": torch.zeros(5)},
        wrap=lambda s: {"model": s})
network("dinov2", tokens=1, registers=4, scale=True, extra={"mask_token": torch.zeros(1, 8)})
network("mae", tokens=1, extra={"mask_token": torch.zeros(1, 1, 4), "decoder_embed.weight": torch.zeros(4, 8),
                                "decoder_blocks.0.norm1.weight": torch.zeros(4)}, wrap=lambda s: {"model": s})
network("without_bias", qkv_bias=False, hidden=12, wrap=lambda s: {"_orig_mod." + k: v for k, v in s.items()})
network("torchvision", vit.TORCHVISION, tokens=1, extra={"heads.head.weight": torch.zeros(5, 8)})
network("huggingface", vit.HUGGINGFACE, split=True, tokens=1, eps=1e-12,
        extra={"pooler.dense.weight": torch.zeros(8, 8)}, wrap=lambda s: {"vit." + k: v for k, v in s.items()})
network("huggingface-dinov2", vit.HUGGINGFACE_DINOV2, split=True, tokens=1, scale=True,
        extra={"embeddings.mask_token": torch.zeros(1, 8)})
network("multihead", vit.MULTIHEAD, tokens=1, eps=1e-5, extra=head)


def own_names(state):
    """Nobody's layout: heads apart, and patches as a linear layer whose colours stand side by side."""
    result = {"extra.scale": torch.ones(3)}
    for name, value in vit.renamed(state, [("^blocks", "body"), (r"\.norm(\d)", r".before\1")]).items():
        if name == "patch_embed.proj.weight":
            result["stem.weight"] = value.permute(0, 2, 3, 1).reshape(8, 48)
        elif name == "patch_embed.proj.bias":
            result["stem.bias"] = value
        elif ".attn.qkv." in name:
            for part, third in zip("qkv", value.chunk(3)):
                for head, half in enumerate(third.chunk(2)):
                    result[name.replace("attn.qkv", f"attn.head{head}.{part}")] = half.clone()
        else:
            result[name] = value
    return result


network("own_names", tokens=1, eps=1e-5, wrap=own_names)
numpy.savez(here / "tokens.npz", **arrays)
