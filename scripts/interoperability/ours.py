"""What our side does, run from Python: ./flsl, and the tokens of a backbone."""
import pathlib
import subprocess
import tempfile

import numpy
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = pathlib.Path(tempfile.mkdtemp())


def flsl(*arguments):
    subprocess.run([ROOT / "flsl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def imported(file, *options):
    """A backbone.zip of somebody's weights."""
    zip_file = WORK / (pathlib.Path(file).stem + ".zip")
    flsl("import", file, "--out", zip_file, *options)
    return zip_file


def tokens(backbone, images):
    numpy.savez(WORK / "images.npz", images=images.numpy())
    subprocess.run(
        ["java", "-cp", ROOT / "flsl-examples/target/flsl.jar", pathlib.Path(__file__).parent / "Tokens.java",
         backbone, WORK / "images.npz", WORK / "tokens.npy"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return torch.from_numpy(numpy.load(WORK / "tokens.npy"))


def safetensors(file):
    """The tensors of a file of safetensors in single precision: Debian has no package for them."""
    import json
    data = pathlib.Path(file).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {name: torch.from_numpy(numpy.frombuffer(
        data, "<f4", (t["data_offsets"][1] - t["data_offsets"][0]) // 4, 8 + length + t["data_offsets"][0]).copy()
    ).reshape(t["shape"]) for name, t in header.items()}


def compare(what, expected, found, limit=1e-4):
    """Prints and returns whether tokens agree, relative to their length."""
    distance = float((expected - found).norm() / expected.norm())
    print(f"{'ok  ' if distance <= limit else 'FAIL'} {what}: differs by {distance:.1e}", flush=True)
    return distance <= limit
