#!/usr/bin/python3
"""Seconds and peak memory of our import beside torch.load, for full-size random networks, old format and new.

Of the load alone and of the whole process; "busy" are the seconds of all processors, which a busy machine changes less.

    scripts/interoperability/time_imports.py [FOLDER]    the folder takes 4 GB
"""
import pathlib
import subprocess
import sys
import tempfile

import torch

import ours
import vit

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
SIZES = {"vit_small": (384, 12, 6), "vit_base": (768, 12, 12), "vit_large": (1024, 24, 16)}


def measured(command):
    """What the process says of the load alone; its own seconds, seconds of processors, and peak in MB."""
    done = subprocess.run(["/usr/bin/time", "-f", "%e %U %S %M", *map(str, command)], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wall, user, system, peak = map(float, done.stderr.strip().splitlines()[-1].split())
    return [*map(float, done.stdout.split()[-2:]), wall, user + system, peak / 1000]


LOAD = """
import sys, time, torch
start, busy = time.time(), time.process_time()
torch.load(sys.argv[1])
print(time.time() - start, time.process_time() - busy)
"""

jar = ours.ROOT / "flsl-examples/target/flsl.jar"
print(f"{'':28}{'':7}  {'torch.load':^22}  {'ours':^22}  {'process: torch':^22}  {'process: ours':^22}")
print(f"{'file':28}{'MB':>7}" + 2 * f"  {'s':>10}{'s busy':>12}" + 2 * f"  {'s':>6}{'s busy':>8}{'MB':>8}")
for name, (width, depth, heads) in SIZES.items():
    for layout in ("timm", "dino"):
        network = vit.Vit(width, depth, heads, 16, 14, tokens=1)
        state = network.state_dict()
        for new in (True, False):
            file = folder / f"{name}_{layout}_{'new' if new else 'old'}.pth"
            if layout == "dino":
                saved = {"teacher": {"backbone." + k: v for k, v in state.items()}, "epoch": 100}
                saved["teacher"]["head.last_layer.weight_v"] = torch.zeros(8, 8)
            else:
                saved = state
            torch.save(saved, file, _use_new_zipfile_serialization=new)
            file.read_bytes()  # both find it in the page cache
            theirs = measured([sys.executable, "-c", LOAD, file])
            mine = measured(
                ["java", "-Xmx1g", "-XX:+UseSerialGC", "-cp", jar, pathlib.Path(__file__).parent / "Load.java", file])
            print(f"{file.name:28}{file.stat().st_size / 1e6:7.0f}"
                  + "".join(f"  {m[0]:10.2f}{m[1]:12.2f}" for m in (theirs, mine))
                  + "".join(f"  {m[2]:6.1f}{m[3]:8.1f}{m[4]:8.0f}" for m in (theirs, mine)), flush=True)
            file.unlink()
