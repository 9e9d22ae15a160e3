#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Turns golden vectors of the learned optimizers from JSON into safetensors, number by number.

make_learned.py FOLDER_OF_JSON OUTPUT_FOLDER

The JSON files were computed in float64 by two implementations that know nothing of halo: one in
NumPy with a hand-derived backward pass (hrnn_golden), one in PyTorch 1.13.1 (all others). A path
such as steps[3].state.h becomes the tensor "steps.3.state.h"; lists of lists of equal shape become
one array; text and null are left out.
"""

import json
import pathlib
import struct
import sys


def shape_of(value):
    """The shape of nested lists of numbers, None if they are ragged or hold anything else."""
    if isinstance(value, bool) or isinstance(value, (int, float)):
        return ()
    if not isinstance(value, list):
        return None
    inner = {shape_of(v) for v in value}
    if None in inner or len(inner) > 1:
        return None
    return (len(value), *(inner.pop() if inner else ()))


def flat(value):
    return [x for v in value for x in flat(v)] if isinstance(value, list) else [float(value)]


def collect(value, path, out):
    shape = shape_of(value)
    if shape is not None:
        out[path] = (shape, flat(value))
    elif isinstance(value, dict) and set(value) == {"shape", "data"}:
        out[path] = (tuple(int(n) for n in value["shape"]), flat(value["data"]))
    elif isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, v in pairs:
            collect(v, f"{path}.{key}" if path else str(key), out)


def write(path, tensors):
    header, data = {}, b""
    for name in sorted(tensors):
        shape, numbers = tensors[name]
        begin = len(data)
        data += struct.pack(f"<{len(numbers)}d", *numbers)
        header[name] = {"dtype": "F64", "shape": list(shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main(source, target):
    for file in sorted(pathlib.Path(source).glob("*.json")):
        tensors = {}
        collect(json.loads(file.read_text(encoding="utf-8")), "", tensors)
        write(pathlib.Path(target) / (file.stem + ".safetensors"), tensors)


if __name__ == "__main__":
    main(*sys.argv[1:3])
