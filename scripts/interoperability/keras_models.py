#!/usr/bin/python3
"""Writes small models as Keras 2 saves them in HDF5, and what they compute, with h5py and PyTorch alone.

Usage: keras_models.py FOLDER    (apt install python3-h5py python3-torch)

The test of --network MODEL.h5 reads them. Channels come last, as TensorFlow has them; "weights.h5" has weights alone,
and "unknown.h5" a layer that nobody knows.
"""
import json
import sys

import h5py
import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(7)
SIDE = 16


def numbers(*shape):
    return rng.normal(size=shape).astype(np.float32) * 0.3


def layer(kind, name, inputs, **config):
    return {"class_name": kind, "name": name, "config": {"name": name, "trainable": True, "dtype": "float32", **config},
            "inbound_nodes": [[[i, 0, 0, {}] for i in inputs]] if inputs else []}


def conv(name, source, filters, kernel, stride, padding="valid", activation="linear"):
    return layer("Conv2D", name, [source], filters=filters, kernel_size=[kernel, kernel], strides=[stride, stride],
                 padding=padding, data_format="channels_last", dilation_rate=[1, 1], groups=1, activation=activation, use_bias=True,
                 kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
                 bias_initializer={"class_name": "Zeros", "config": {}},
                 kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
                 bias_constraint=None)


def norm(name, source):
    return layer("BatchNormalization", name, [source], axis=[3], momentum=0.99, epsilon=0.001, center=True, scale=True,
                 beta_initializer={"class_name": "Zeros", "config": {}},
                 gamma_initializer={"class_name": "Ones", "config": {}},
                 moving_mean_initializer={"class_name": "Zeros", "config": {}},
                 moving_variance_initializer={"class_name": "Ones", "config": {}},
                 beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None)


def dense(name, source, units, activation):
    return layer("Dense", name, [source], units=units, activation=activation, use_bias=True,
                 kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
                 bias_initializer={"class_name": "Zeros", "config": {}},
                 kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
                 bias_constraint=None)


def entrance(channels):
    return layer("InputLayer", "photo", [], batch_input_shape=[None, SIDE, SIDE, channels], sparse=False, ragged=False)


def write(path, kind, layers, weights, outputs, photo, result):
    config = {"name": "model", "layers": layers}
    if kind == "Functional":
        config.update(input_layers=[["photo", 0, 0]], output_layers=[[o, 0, 0] for o in outputs])
    with h5py.File(path, "w", track_order=True) as file:
        file.attrs["keras_version"] = "2.4.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps({"class_name": kind, "config": config})
        group = file.create_group("model_weights")
        group.attrs["keras_version"] = "2.4.0"
        group.attrs["backend"] = "tensorflow"
        group.attrs["layer_names"] = np.array([l["name"].encode() for l in layers])
        for l in layers:
            own = group.create_group(l["name"])
            tensors = weights.get(l["name"], {})
            own.attrs["weight_names"] = np.array([f"{l['name']}/{k}:0".encode() for k in tensors])
            for key, value in tensors.items():
                own.create_dataset(f"{l['name']}/{key}:0", data=value)
    np.savez(path.replace(".h5", ".npz"), photo=photo.astype(np.float32), result=result.numpy().astype(np.float32))


def kernel(w):
    return torch.tensor(w).permute(3, 2, 0, 1)


def same(x, w, b, stride):
    """TensorFlow pads what is left over at the end."""
    k = w.shape[0]
    total = max((-(-x.shape[2] // stride) - 1) * stride + k - x.shape[2], 0)
    low = total // 2
    return F.conv2d(F.pad(x, (low, total - low, low, total - low)), kernel(w), torch.tensor(b), stride)


def normed(x, w):
    return F.batch_norm(x, torch.tensor(w["moving_mean"]), torch.tensor(w["moving_variance"]), torch.tensor(w["gamma"]),
                        torch.tensor(w["beta"]), eps=1e-3)


def conv_weights(k, i, o):
    return {"kernel": numbers(k, k, i, o), "bias": numbers(o)}


def norm_weights(n):
    return {"gamma": 1 + numbers(n), "beta": numbers(n), "moving_mean": numbers(n), "moving_variance": 1 + numbers(n) ** 2}


def flat(x):
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)


def main(folder):
    photo = rng.normal(size=(2, 3, SIDE, SIDE)).astype(np.float32)
    x = torch.tensor(photo)

    w = {"stem": conv_weights(3, 3, 5), "bn": norm_weights(5), "deep": conv_weights(2, 5, 6),
         "classes": {"kernel": numbers(6 * 4 * 4, 3), "bias": numbers(3)}}
    h = torch.relu(same(x, w["stem"]["kernel"], w["stem"]["bias"], 2))
    h = torch.relu(same(normed(h, w["bn"]), w["deep"]["kernel"], w["deep"]["bias"], 2))
    y = torch.softmax(flat(h) @ torch.tensor(w["classes"]["kernel"]) + torch.tensor(w["classes"]["bias"]), 1)
    layers = [entrance(3), conv("stem", "photo", 5, 3, 2, "same", "relu"), norm("bn", "stem"),
              conv("deep", "bn", 6, 2, 2, "same", "relu"), layer("Flatten", "flat", ["deep"], data_format="channels_last"),
              dense("classes", "flat", 3, "softmax")]
    write(f"{folder}/sequential.h5", "Sequential", layers, w, ["classes"], photo, y)

    w = {"stem": conv_weights(4, 3, 4), "left": conv_weights(3, 4, 4), "right": conv_weights(1, 4, 4),
         "bn": norm_weights(8), "classes": {"kernel": numbers(8, 3), "bias": numbers(3)}}
    stem = torch.relu(F.conv2d(x, kernel(w["stem"]["kernel"]), torch.tensor(w["stem"]["bias"]), 4))
    left = same(stem, w["left"]["kernel"], w["left"]["bias"], 1)
    right = same(stem, w["right"]["kernel"], w["right"]["bias"], 1)
    h = normed(torch.cat([left + right, left], 1), w["bn"])
    y = torch.softmax(h.mean((2, 3)) @ torch.tensor(w["classes"]["kernel"]) + torch.tensor(w["classes"]["bias"]), 1)
    layers = [entrance(3), conv("stem", "photo", 4, 4, 4, "valid", "relu"), conv("left", "stem", 4, 3, 1, "same"),
              conv("right", "stem", 4, 1, 1, "same"), layer("Add", "sum", ["left", "right"]),
              layer("Concatenate", "both", ["sum", "left"], axis=-1), norm("bn", "both"),
              layer("GlobalAveragePooling2D", "pool", ["bn"], data_format="channels_last"),
              dense("classes", "pool", 3, "softmax")]
    write(f"{folder}/functional.h5", "Functional", layers, w, ["classes"], photo, y)

    with h5py.File(f"{folder}/weights.h5", "w") as file:
        file.attrs["layer_names"] = np.array([b"stem"])
        file.create_dataset("stem/stem/kernel:0", data=w["stem"]["kernel"])
    with h5py.File(f"{folder}/unknown.h5", "w") as file:
        layers = [entrance(3), layer("Mystery", "mystery", ["photo"])]
        config = {"name": "model", "layers": layers, "input_layers": [["photo", 0, 0]],
                  "output_layers": [["mystery", 0, 0]]}
        file.attrs["keras_version"] = "2.4.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": config})
        file.create_group("model_weights").attrs["layer_names"] = np.array([b"photo", b"mystery"])


if __name__ == "__main__":
    main(sys.argv[1])
