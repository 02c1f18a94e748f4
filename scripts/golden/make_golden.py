#!/usr/bin/python3
"""Computes the golden values of the tests with a checkout of the published code: see README.md."""

import argparse
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Relative, of a whole array: other processors add in another order.
TOLERANCE = 1e-5
# The gradient of the keys' bias is zero; AdamW makes steps of what rounding leaves of it.
KEYS_BIAS, KEYS_TOLERANCE = "attn.qkv.bias", 1e-3


def difference(made, fixture):
    if made.shape != fixture.shape:
        return np.inf
    made, fixture = made.astype(np.float64), fixture.astype(np.float64)
    size = np.linalg.norm(fixture)
    return np.linalg.norm(made - fixture) / (size if size > 0 else 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("published", type=pathlib.Path, help="a checkout of ISL-CV/FLSL")
    parser.add_argument("--write", action="store_true", help="write the fixtures instead of comparing with them")
    arguments = parser.parse_args()
    if not (arguments.published / "main_flsl.py").is_file():
        parser.error(f"{arguments.published} is no checkout of ISL-CV/FLSL: it has no main_flsl.py")
    sys.path.insert(0, str(arguments.published))

    import pieces
    import pixels
    import training

    fixtures = ROOT / "flsl-dl4j-losses/src/test/resources/golden"
    cases = [
        training.Training(fixtures / "tiny"),
        training.Training(fixtures / "tiny_centering_no_vmr"),
        pieces.Pieces(ROOT / "flsl-dl4j-layers/src/test/resources/golden/pieces"),
        pixels.Pixels(fixtures / "pixels"),
    ]
    failed = False
    for case in cases:
        made = case.make()
        if arguments.write:
            case.write(made)
            print(f"{case.path.name}: {len(made)} values written")
            continue
        fixture = case.read()
        missing = sorted(set(fixture) ^ set(made))
        far = {name: difference(made[name], fixture[name]) for name in sorted(set(fixture) & set(made))}
        allowed = {
            name: KEYS_TOLERANCE if "/after/" in name and name.endswith(KEYS_BIAS) else TOLERANCE for name in far}
        worst = max(far, key=lambda name: far[name] / allowed[name])
        print(f"{case.path.name}: {len(far)} values, the farthest {worst}: {far[worst]:.2g}")
        if missing:
            print(f"  only in one of the two: {', '.join(missing)}")
        failed |= bool(missing) or far[worst] > allowed[worst]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
