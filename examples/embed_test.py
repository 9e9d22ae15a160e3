#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""halo-embed makes the header of firmware again, and says in a sentence what it cannot embed.

embed_test.py PROGRAM ROOT
"""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile

program, root = sys.argv[1], pathlib.Path(sys.argv[2])
data = root / "examples" / "data" / "vibration.safetensors"
faults = []


def call(*arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True,
                          check=False)


def refused(folder, name, content, expected, *arguments):
    path = pathlib.Path(folder) / f"{name}.safetensors"
    path.write_bytes(content)
    done = call(path, *arguments)
    found = done.stderr.replace(str(path), "FILE").strip()
    if done.returncode != 1 or found != expected or done.stdout:
        faults.append(f"{name}: expected '{expected}', found '{found}'")


def file_of(name, kind="F32", metadata=None):
    width = {"F32": 4, "F16": 2}[kind]
    header = {name: {"dtype": kind, "shape": [2], "data_offsets": [0, 2 * width]}}
    if metadata:
        header["__metadata__"] = metadata
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(2 * width)


if call(data).stdout != (root / "examples" / "support" / "vibration.hpp").read_text():
    faults.append("vibration.hpp: not what halo-embed makes of vibration.safetensors")
packed = call(data, "--int8", "--name", "packed")
if packed.returncode or "struct packed {" not in packed.stdout or len(packed.stdout) > 4500:
    faults.append(f"--int8: {len(packed.stdout)} characters, {packed.stderr}")
if "std::array<std::int8_t, 480> bytes{" not in packed.stdout:
    faults.append("--int8: no 480 bytes of weights")
with tempfile.TemporaryDirectory() as there:
    ours = {"layout": "halo"}
    damaged = bytearray(data.read_bytes())
    damaged[-1] ^= 1
    refused(there, "damaged", bytes(damaged),
            "embed: FILE: expected the checksum of its bytes, found another one")
    refused(there, "pytorch", file_of("0.weight", metadata={"format": "pt"}),
            'embed: FILE: expected a file of halo\'s, or "layout": "halo" in the metadata, '
            "found none")
    refused(there, "own", file_of("0.slope", metadata=ours),
            "embed: FILE: tensor '0.slope': expected a name that ends in weight, recurrent, gain, "
            "bias, inner_bias, mean, variance, low or high (others: adapt::flash_header, which "
            "knows the network's type), found 'slope'")
    refused(there, "half", file_of("0.weight", "F16", ours),
            "embed: FILE: tensor '0.weight': expected F32 of at most 4 axes, found F16 [2]")
    refused(there, "state", file_of("optimizer.m", metadata=ours),
            'embed: FILE: expected tensors of layers ("0.weight"), found none')
    refused(there, "2nd", file_of("0.weight", metadata=ours),
            "header: name: expected letters, digits and _, no digit first, found '2nd'")
print("\n".join(faults) or "all as it should be")
sys.exit(1 if faults else 0)
