#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the golden files of the npy and safetensors tests, independently of halo.

make_npy.py FOLDER (tests/golden); the npy files with NumPy 1.24.2, the safetensors files with the
standard library alone, from the description of the format.
"""

import json
import pathlib
import struct
import sys

import numpy


def values(count, kind):
    """Element i is (37 i mod 101) - 50; floats halved, unsigned + 50, bool true if odd."""
    whole = [37 * i % 101 - 50 for i in range(count)]
    if kind == "f":
        return [w / 2 for w in whole]
    if kind == "u":
        return [w + 50 for w in whole]
    return [w % 2 == 1 for w in whole] if kind == "b" else whole


def array(code, shape):
    count = int(numpy.prod(shape, dtype=int))
    return numpy.array(values(count, numpy.dtype(code).kind), dtype=code).reshape(shape)


def write_npy(folder):
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        "f4_2x3": array("<f4", (2, 3)),
        "f8_scalar": array("<f8", ()),
        "i4_5": array("<i4", (5,)),
        "u1_2x2x2": array("u1", (2, 2, 2)),
        "i1_3": array("i1", (3,)),
        "b1_3": array("?", (3,)),
        "i8_big_4": array(">i8", (4,)),
        "f4_big_2x2": array(">f4", (2, 2)),
        "u2_4": array("<u2", (4,)),
        "f2_2": array("<f2", (2,)),
        "u4_0x3": array("<u4", (0, 3)),
        "u8_1": array("<u8", (1,)),
        "i2_8axes": array("<i2", (1, 2, 1, 1, 2, 1, 1, 1)),
        "f4_fortran_2x3": numpy.asfortranarray(array("<f4", (2, 3))),
        "refused_object": numpy.array([{"a": 1}, None], dtype=object),
        "refused_structured": numpy.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]),
        "refused_text": numpy.array(["ab", "c"]),
        "refused_complex": array("<f8", (2,)).astype("<c16"),
        "refused_9axes": array("<f4", (1,) * 9),
    }
    for name, content in arrays.items():
        numpy.save(folder / f"{name}.npy", content)
    for version in ((2, 0), (3, 0)):
        with open(folder / f"f4_version{version[0]}.npy", "wb") as file:
            numpy.lib.format.write_array(file, array("<f4", (3,)), version=version)


def safetensors(tensors, metadata=None, pad=True):
    """tensors: [(name, dtype, struct letter, shape, values)] in the order of the file."""
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, dtype, letter, shape, content in tensors:
        piece = struct.pack(f"<{len(content)}{letter}", *content)
        offsets = [len(data), len(data) + len(piece)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += piece
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def write_safetensors(folder):
    folder.mkdir(parents=True, exist_ok=True)
    every = [
        ("u64", "U64", "Q", [2], values(2, "u")),
        ("i64", "I64", "q", [2], values(2, "i")),
        ("f64", "F64", "d", [1, 3], values(3, "f")),
        ("f32", "F32", "f", [2, 3], values(6, "f")),
        ("f32.none", "F32", "f", [0, 7], []),
        ("f32.number", "F32", "f", [], [2.5]),
        ("u32", "U32", "I", [1], values(1, "u")),
        ("i32", "I32", "i", [2, 2], values(4, "i")),
        ("bf16", "BF16", "H", [2], [0x3F80, 0xC000]),
        ("f16", "F16", "e", [2], [1.0, -2.0]),
        ("u16", "U16", "H", [3], values(3, "u")),
        ("i16", "I16", "h", [3], values(3, "i")),
        ("i8", "I8", "b", [3], values(3, "i")),
        ("u8", "U8", "B", [3], values(3, "u")),
        ("bool", "BOOL", "?", [5], values(5, "b")),
    ]
    metadata = {"format": "halo", "quote \" and \\": "line\nfeed \t \x01", "ünïcode": "π 🔥"}
    (folder / "every.safetensors").write_bytes(
        safetensors(every, dict(sorted(metadata.items(), key=lambda kv: kv[0].encode()))))
    (folder / "empty.safetensors").write_bytes(safetensors([]))
    # Written by something else: other order, no padding, unaligned data, escapes, space.
    other = safetensors(
        [("b", "BOOL", "?", [1], [True]), ("a", "F32", "f", [2], [0.5, -4.0])], pad=False)
    (folder / "unaligned.safetensors").write_bytes(other)
    text = (b'{ "\\u0061\\u00e9\\ud83d\\udd25\\n" : {"data_offsets" : [ 0 , 4 ] ,\n "shape":[1],'
            b'\t"dtype":"I32"}}  ')
    (folder / "escapes.safetensors").write_bytes(
        struct.pack("<Q", len(text)) + text + struct.pack("<i", -7))


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1])
    write_npy(root / "npy")
    write_safetensors(root / "safetensors")
