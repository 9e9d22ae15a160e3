#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes nn/quantised.safetensors: fake quantisation and its gradients computed by PyTorch.

make_quantised.py OUTPUT_FOLDER

Of each case, all in float32: numbers x, a gradient dy, and what
torch.fake_quantize_per_tensor_affine or fake_quantize_per_channel_affine make of them (y, dx).
"layer" is a quantised linear layer: weights a channel, inputs a tensor. Scale and zero point are
computed here from the range, in float32. Needs PyTorch (1.13 was used).
"""

import json
import pathlib
import struct
import sys

import torch

torch.manual_seed(2024)
ROWS, COLUMNS = 9, 13


def affine(low, high, bits, symmetric):
    """Scale and zero point of a range, and the ends of the integers."""
    low = torch.clamp(low, max=0.0)
    high = torch.clamp(high, min=0.0)
    half, levels = 2 ** (bits - 1) - 1, 2**bits - 1
    if symmetric:
        scale = torch.maximum(-low, high) / half
        return scale, torch.zeros_like(scale, dtype=torch.int32), -half, half
    scale = high / levels - low / levels
    zero = torch.round(-low * (1 / scale)).to(torch.int32)
    return scale, zero, 0, levels


def per_tensor(x, low, high, bits, symmetric):
    scale, zero, first, last = affine(torch.tensor(low), torch.tensor(high), bits, symmetric)
    return torch.fake_quantize_per_tensor_affine(x, scale, zero, first, last)


def per_channel(x, bits, symmetric):
    scale, zero, first, last = affine(x.detach().amin(0), x.detach().amax(0), bits, symmetric)
    return torch.fake_quantize_per_channel_affine(x, scale, zero, 1, first, last)


def case(function, *arguments):
    x = torch.randn(ROWS, COLUMNS, requires_grad=True)
    y = function(x, *arguments)
    dy = torch.randn(ROWS, COLUMNS)
    y.backward(dy)
    return {"x": x.detach(), "dy": dy, "y": y.detach(), "dx": x.grad}


def layer():
    x = torch.randn(ROWS, COLUMNS, requires_grad=True)
    w = torch.randn(COLUMNS, 5, requires_grad=True)
    b = torch.randn(5, requires_grad=True)
    y = per_tensor(x, -1.5, 1.25, 8, False) @ per_channel(w, 4, True) + b
    dy = torch.randn(ROWS, 5)
    y.backward(dy)
    theta = torch.cat([w.detach().flatten(), b.detach()])
    gradient = torch.cat([w.grad.flatten(), b.grad])
    return {"x": x.detach(), "dy": dy, "y": y.detach(), "dx": x.grad, "theta": theta,
            "gradient": gradient}


def write(path, tensors):
    header, data = {}, b""
    for name in sorted(tensors):
        numbers = tensors[name].flatten().tolist()
        begin = len(data)
        data += struct.pack(f"<{len(numbers)}f", *numbers)
        header[name] = {
            "dtype": "F32",
            "shape": list(tensors[name].shape),
            "data_offsets": [begin, len(data)],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    every = {}
    cases = {"layer": layer()}
    for bits in (2, 4, 8):
        for symmetric in (False, True):
            end = f"{bits}.{'symmetric' if symmetric else 'asymmetric'}"
            cases[f"tensor.{end}"] = case(per_tensor, -0.8, 1.3, bits, symmetric)
            cases[f"channel.{end}"] = case(per_channel, bits, symmetric)
    for name, tensors in cases.items():
        for key, value in tensors.items():
            every[f"{name}.{key}"] = value
    write(pathlib.Path(sys.argv[1]) / "quantised.safetensors", every)
