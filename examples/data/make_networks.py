#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains the networks of from_pytorch and from_onnx in PyTorch, on three gases.

make_networks.py DATA_FOLDER    writes gas_pytorch.safetensors and gas.onnx there

Needs PyTorch (1.13.1 was used) and NumPy. gas.onnx then goes through scripts/halo-import.py.
"""

import json
import pathlib
import struct
import sys

import torch
from torch import nn

TYPES = {torch.float32: "F32", torch.int64: "I64"}


class Sensors(nn.Module):
    """A line of 16 sensors, their features the channels."""

    def forward(self, x):
        return x.reshape(-1, 16, 8).transpose(1, 2)


def rows(folder):
    x, y = [], []
    for file in sorted((folder / "gas_sensor").glob("batch*.dat")):
        for line in file.read_text().splitlines():
            label, *features = line.split()
            if int(label.split(";")[0]) <= 3:
                y.append(int(label.split(";")[0]) - 1)
                x.append([float(f.split(":")[1]) for f in features])
    x = torch.tensor(x, dtype=torch.float64)
    x = (x - x.mean(0)) / x.std(0, unbiased=False)
    return x.float(), torch.tensor(y)


def train(model, x, y):
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(600):
        some = torch.randint(len(x), (32,))
        loss = nn.functional.cross_entropy(model(x[some]), y[some])
        optimizer.zero_grad(), loss.backward(), optimizer.step()
    model.eval()
    right = (model(x).argmax(1) == y).float().mean()
    print(f"{right:.1%} right")
    return model


def save(path, tensors):
    """What safetensors.torch.save_file writes."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, t in tensors.items():
        raw = t.contiguous().numpy().tobytes()
        header[name] = {
            "dtype": TYPES[t.dtype],
            "shape": list(t.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main(folder):
    torch.manual_seed(1)
    x, y = rows(folder)
    mlp = nn.Sequential(nn.Linear(128, 30), nn.BatchNorm1d(30), nn.ReLU(), nn.Linear(30, 3))
    save(folder / "gas_pytorch.safetensors", train(mlp, x, y).state_dict())
    cnn = nn.Sequential(
        Sensors(),
        nn.Conv1d(8, 12, 3, padding=1, bias=False),
        nn.BatchNorm1d(12),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(12 * 16, 16),
        nn.ReLU(),
        nn.Linear(16, 3),
        nn.Softmax(1),
    )
    train(cnn[:-1], x, y)
    torch.onnx.export(
        cnn.eval(),
        x[:2],
        folder / "gas.onnx",
        opset_version=13,
        input_names=["features"],
        output_names=["gas"],
        dynamic_axes={"features": {0: "rows"}, "gas": {0: "rows"}},
    )


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
