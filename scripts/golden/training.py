"""Training steps, by the published train_one_batch."""

import functools
import json
import tempfile

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

# The published code asks for a GPU by name.
torch.Tensor.cuda = lambda self, *_, **__: self

import main_flsl
import utils
import vision_transformer

INPUTS = ("init/", "input/")


class Recorder:
    """Notes what goes through the published functions while they run."""

    def __init__(self):
        self.values = {}
        self.place = ""
        self.group = 0
        self.mean_shift = utils.flsl_meanshift

    def step(self, iteration):
        self.place = f"step{iteration}"
        self.group = -1

    def note(self, name, value):
        self.values[f"{self.place}/{name}"] = value.detach().numpy().copy()

    def shift(self, source, target, *arguments, **settings):
        queries, modes = self.mean_shift(source, target, *arguments, **settings)
        if source is target:
            self.group += 1
            self.note(f"group{self.group}/student_tokens", source)
            self.note(f"group{self.group}/queries", queries)
            self.note(f"group{self.group}/student_modes", modes)
        else:
            self.note(f"group{self.group}/teacher_modes", modes)
        return queries, modes

    def watch(self, model, side):
        head = model.forward_head
        backbone = model.forward_backbone

        def logits(modes):
            out = head(modes)
            self.note(f"group{self.group}/{side}_logits", out)
            return out

        def tokens(images):
            out = backbone(images)
            if side == "teacher":
                self.note("teacher_tokens", out)
            return out

        model.forward_head, model.forward_backbone = logits, tokens


class Training:
    def __init__(self, path):
        self.path = path
        self.notes = json.loads(path.with_suffix(".json").read_text())
        self.steps = []

    def read(self):
        values = dict(np.load(self.path.with_suffix(".npz")))
        for step in self.notes["steps"]:
            for name in ("total", "intra_view", "inter_view", "volume", "grad_norms_min", "grad_norms_max"):
                values[f"steps/{step['iteration']}/{name}"] = np.float64(step[name])
        return values

    def network(self):
        h = self.notes["hyperparameters"]
        vit = vision_transformer.VisionTransformer(
            img_size=[h["global_size"]], patch_size=h["patch"], embed_dim=h["embed_dim"], depth=h["depth"],
            num_heads=h["heads"], mlp_ratio=4, qkv_bias=True,
            norm_layer=functools.partial(nn.LayerNorm, eps=h["layer_norm_eps"]))
        positions = utils.get_2d_sincos_pos_embed(h["embed_dim"], h["global_size"] // h["patch"], cls_token=False)
        vision_transformer.make_vit_noclass(vit, positions, post_layernorm=h["post_layernorm"])
        head = vision_transformer.FLSLhead(
            h["embed_dim"], h["centroids"], hidden_dim=h["head_hidden"], bottleneck_dim=h["head_bottleneck"])
        return utils.ModelWrapper(vit, head, mode_norm=h["layernorm_on_mode"]), positions

    def make(self):
        h = self.notes["hyperparameters"]
        given = {name: value for name, value in self.read().items() if any(part in name for part in INPUTS)}
        student, positions = self.network()
        teacher, _ = self.network()
        for side, model in (("student", student), ("teacher", teacher)):
            prefix = f"init/{side}/"
            model.load_state_dict(
                {n[len(prefix):]: torch.tensor(v) for n, v in given.items() if n.startswith(prefix)})
        for parameter in teacher.parameters():
            parameter.requires_grad = False

        epochs, each = h["epochs"], h["iterations_per_epoch"]
        schedules = {
            "lr": utils.cosine_scheduler(h["lr"], h["min_lr"], epochs, each, warmup_epochs=h["warmup_epochs"]),
            "weight_decay": utils.cosine_scheduler(*h["weight_decay"], epochs, each),
            "momentum": utils.cosine_scheduler(*h["momentum"], epochs, each),
            "teacher_temp": utils.temp_scheduler(*h["teacher_temp_warmup"], epochs),
        }
        values = dict(given)
        values["sincos_pos_embed_grid6"] = positions.astype(np.float32)
        values.update({f"schedule/{name}": s.astype(np.float32) for name, s in schedules.items()})

        loss = main_flsl.FLSLLoss(
            h["student_temp"], schedules["teacher_temp"],
            utils.NonEmptyPriorKL(h["centroids"]) if h["vmr"] else None,
            utils.Centering(h["centroids"]) if h["centering"] else None,
            coefficients=list(h["coefficients"]))
        optimizer = torch.optim.AdamW(utils.get_params_groups(student))
        recorder = Recorder()
        recorder.watch(student, "student")
        recorder.watch(teacher, "teacher")
        utils.flsl_meanshift = recorder.shift
        if not dist.is_initialized():
            dist.init_process_group("gloo", f"file://{tempfile.mktemp()}", rank=0, world_size=1)
        self.steps = []
        for iteration in range(epochs * each):
            recorder.step(iteration)
            self.step(iteration, iteration // each, student, teacher, loss, optimizer, schedules, given, recorder)
            if iteration in (0, epochs * each - 1):
                for side, model in (("student", student), ("teacher", teacher)):
                    for name, value in model.state_dict().items():
                        recorder.note(f"after/{side}/{name}", value)
        utils.flsl_meanshift = recorder.mean_shift
        values.update(recorder.values)
        for step in self.steps:
            for name, value in step.items():
                if name not in ("iteration", "epoch"):
                    values[f"steps/{step['iteration']}/{name}"] = np.float64(value)
        self.saved = {
            "student": {f"module.{n}": v for n, v in student.state_dict().items()},
            "teacher": teacher.state_dict(),
            "epoch": epochs,
        }
        return values

    def step(self, iteration, epoch, student, teacher, loss, optimizer, schedules, given, recorder):
        """What the published train_one_epoch does with a batch."""
        h = self.notes["hyperparameters"]
        for place, group in enumerate(optimizer.param_groups):
            group["lr"] = schedules["lr"][iteration]
            if place == 0:
                group["weight_decay"] = schedules["weight_decay"][iteration]
        views = ["teacher_view", "student_view"] + [f"local{i}" for i in range(h["locals"])]
        augs = [torch.tensor(given[f"step{iteration}/input/{view}"]) for view in views]
        masks = [torch.empty(0)] + [
            torch.tensor(given[f"step{iteration}/input/mask_{view.replace('_view', '')}"]).bool()
            for view in views[1:]]
        sizes = torch.tensor([view.shape[-1] for view in augs])
        groups = torch.cumsum(torch.unique_consecutive(sizes, return_counts=True)[1], 0)
        total, terms = main_flsl.train_one_batch(
            iteration, epoch, student, teacher, loss, augs, masks, groups,
            sa_temp_schedule=[h["sa_temp"]] * len(schedules["lr"]),
            ca_temp_schedule=[h["ca_temp"]] * len(schedules["lr"]),
            layernorm_on_mode=h["layernorm_on_mode"], autocast=False)
        optimizer.zero_grad()
        total.backward()
        for name, parameter in student.named_parameters():
            if parameter.grad is not None:
                recorder.note(f"grad/{name}", parameter.grad)
        norms = utils.clip_gradients(student, h["clip_grad"])
        utils.cancel_gradients_last_layer(epoch, student, h["freeze_last_layer_epochs"])
        optimizer.step()
        with torch.no_grad():
            momentum = schedules["momentum"][iteration]
            for own, followed in zip(teacher.parameters(), student.parameters()):
                own.data.mul_(momentum).add_((1 - momentum) * followed.detach().data)
        self.steps.append({
            "iteration": iteration, "epoch": epoch, "total": float(total), "intra_view": float(terms[0]),
            "inter_view": float(terms[1]), "volume": float(terms[2]), "grad_norms_min": min(norms),
            "grad_norms_max": max(norms)})

    def write(self, values):
        arrays = {name: value for name, value in values.items() if not name.startswith("steps/")}
        np.savez(self.path.with_suffix(".npz"), **arrays)
        notes = dict(self.notes, arrays={n: list(v.shape) for n, v in arrays.items()}, steps=self.steps)
        self.path.with_suffix(".json").write_text(json.dumps(notes, indent=1))
        if self.path.with_suffix(".pth").exists():
            torch.save(self.saved, self.path.with_suffix(".pth"))
