"""Single pieces of the published code, on inputs of their own."""

import json
import re
import types

import numpy as np
import pixels
import torch
import utils
import vision_transformer
from PIL import Image

# What goes in; all else is computed from it.
INPUTS = (
    "learned_d24_grid14", "learned_d24_grid6", "volume_input", "volume_prior", "previous_stage_queries",
    "previous_stage_keys", "query_mask", "mixed_source", "mixed_target", "gelu_x", "layer_norm_x")
PHOTOS = "flsl-examples/sample/photos"


class Pieces:
    def __init__(self, path):
        self.path = path
        self.notes = json.loads(path.with_suffix(".json").read_text())

    def read(self):
        return dict(np.load(self.path.with_suffix(".npz")))

    def make(self):
        fixture = self.read()
        values = {name: fixture[name] for name in INPUTS}
        given = {name: torch.tensor(value) for name, value in values.items()}
        self.pixels(values)
        self.positions(values, fixture)
        values["schedule_lr_300x10"] = utils.cosine_scheduler(1e-3, 1e-6, 300, 10, warmup_epochs=30)
        values["schedule_momentum_100x7"] = utils.cosine_scheduler(0.996, 1.0, 100, 7)
        values["schedule_teacher_temp"] = utils.temp_scheduler(0.04, 0.07, 30, 300)
        clusters = given["volume_input"].shape[1]
        values["volume_value"] = utils.NonEmptyPriorKL(clusters)(given["volume_input"]).numpy()
        values["volume_value_prior"] = utils.NonEmptyPriorKL(clusters, given["volume_prior"])(
            given["volume_input"]).numpy().reshape(())
        mask = given["query_mask"].bool()
        case = self.notes["cases"]["previous_stage_attention"]
        attention = utils.attention_map(
            given["previous_stage_queries"], given["previous_stage_keys"], mask,
            temp=case["temperature"], sharpness=case["sharpness"])
        values["previous_stage_attention"] = attention.numpy()
        case = self.notes["cases"]["mixed_modes"]
        queries, modes = utils.flsl_meanshift(
            given["mixed_source"], given["mixed_target"], mask, tgt_attn=attention,
            temp=case["temperature"], attn_mixture=case["mixture"])
        values["mixed_queries"], values["mixed_modes"] = queries.numpy(), modes.numpy()
        values["gelu_y"] = torch.nn.GELU()(given["gelu_x"]).numpy()
        width = given["layer_norm_x"].shape[-1]
        norm = torch.nn.LayerNorm(width, eps=self.notes["cases"]["layer_norm_y"]["eps"], dtype=torch.float64)
        values["layer_norm_y"] = norm(given["layer_norm_x"]).detach().numpy()
        return values

    def pixels(self, values):
        root = self.path.parents[5]
        images = {"photo": Image.open(root / PHOTOS / self.notes["source_photo"]).convert("RGB")}
        for name, case in self.notes["cases"].items():
            if name in pixels.CROPS:
                source, box, size = pixels.CROPS[name]
                images[name] = pixels.crop(images[source], box, size)
            elif name == "normalised":
                values[name] = pixels.normalised(images[case["input"]])
            elif case.get("input") == "resized_crop_96":
                images[name] = pixels.operation(name, images["resized_crop_96"])
        values.update({name: np.asarray(image) for name, image in images.items()})

    @staticmethod
    def positions(values, fixture):
        for grid in (14, 6):
            values[f"sincos_d24_grid{grid}"] = utils.get_2d_sincos_pos_embed(24, grid).astype(np.float32)
        for name in fixture:
            sizes = re.fullmatch(r"((?:sincos|learned)_d24_grid\d+)_to_(\d+)x(\d+)", name)
            if sizes:
                table = torch.tensor(values[sizes[1]]).unsqueeze(0)
                height, width = int(sizes[2]), int(sizes[3])
                patch = types.SimpleNamespace(patch_size=1)
                model = types.SimpleNamespace(pos_embed=table, patch_embed=patch)
                tokens = torch.empty(1, height * width, table.shape[-1])
                values[name] = vision_transformer.interpolate_pos_encoding_no_class(
                    model, tokens, height, width).squeeze(0).numpy()

    def write(self, values):
        np.savez(self.path.with_suffix(".npz"), **values)
