#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes pytorch/*.safetensors: state_dicts of small PyTorch modules, with inputs and outputs.

make_pytorch.py OUTPUT_FOLDER

NAME.safetensors is a state_dict as safetensors.torch.save_file writes it, NAME.npz as numpy.savez
does. answers.safetensors (and more_answers.safetensors, of what came later) has of each "NAME.x",
channels last as halo takes it, and "NAME.y", what the module in eval mode makes of the same numbers
in PyTorch's layout. Needs PyTorch (1.13.1 was used) and NumPy (1.24.2), not safetensors.
"""

import json
import pathlib
import struct
import sys

import numpy
import torch
from torch import nn

torch.manual_seed(2024)
ROWS = 3
DTYPES = {
    torch.float32: "F32",
    torch.float64: "F64",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
}


def write(path, tensors, metadata):
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].element_size(), n)):
        tensor = tensors[name].detach().contiguous()
        begin = len(data)
        data += bytes(tensor.reshape(-1).view(torch.uint8).tolist())
        header[name] = {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, len(data)],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class Last(nn.Module):
    """The state of a recurrent layer behind the last step, or behind all."""

    def __init__(self, layer, every=False):
        super().__init__()
        self.layer, self.every = layer, every

    def forward(self, x):
        states = self.layer(x)[0]
        return states if self.every else states[:, -1]


class Swap(nn.Module):
    """[N, C, L] as [N, L, C]."""

    def forward(self, x):
        return x.transpose(1, 2)


class Named(nn.Module):
    """Layers with names of their own: sorted by name they are in another order."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 4)
        self.body = nn.Linear(4, 4)
        self.answer = nn.Linear(4, 4)

    def forward(self, x):
        return self.answer(torch.tanh(self.body(torch.tanh(self.hidden(x)))))


class Block(nn.Module):
    """A residual block with a projection."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4)
        self.short = nn.Conv2d(3, 4, 1, bias=False)
        self.out = nn.Linear(4 * 5 * 4, 2)

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return self.out((y + self.short(x)).flatten(1))


MLP = lambda: nn.Sequential(
    nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 7), nn.Tanh(), nn.Linear(7, 3)
)
MODULES = {  # module, its input without rows
    "mlp": (MLP(), (5,)),
    "half": (MLP().half(), (5,)),
    "bfloat": (MLP().bfloat16(), (5,)),
    "double": (MLP().double(), (5,)),
    "deep": (nn.Sequential(*[nn.Linear(2, 2) for _ in range(12)]), (2,)),
    "cnn": (
        nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 6, (1, 3), padding=(0, 1), groups=2, bias=False),
            nn.Tanh(),
            nn.Flatten(),
            nn.Dropout(),
            nn.Linear(6 * 3 * 2, 5),
            nn.ReLU(),
            nn.Linear(5, 3),
        ),
        (2, 6, 4),
    ),
    "sequence": (
        nn.Sequential(nn.Conv1d(2, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 7, 3)),
        (2, 9),
    ),
    "norms": (
        nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.GroupNorm(2, 4),
            nn.LayerNorm([4, 5, 4]),
            nn.Flatten(),
            nn.BatchNorm1d(80),
            nn.LayerNorm(80),
            nn.Linear(80, 3),
        ),
        (3, 5, 4),
    ),
    "lstm": (
        nn.Sequential(
            nn.Conv1d(3, 4, 3, padding=1),
            Swap(),
            Last(nn.LSTM(4, 5, batch_first=True), True),
            nn.Flatten(),
            nn.Linear(5 * 6, 3),
        ),
        (3, 6),
    ),
    "gru": (
        nn.Sequential(
            Swap(),
            Last(nn.GRU(3, 4, batch_first=True), True),
            Last(nn.GRU(4, 5, batch_first=True)),
            nn.Linear(5, 3),
        ),
        (3, 6),
    ),
    "named": (Named(), (4,)),
    "block": (Block(), (3, 5, 4)),
}

class BasicBlock(nn.Module):
    """torchvision's, names and order included."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        if stride != 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class ResNet18(nn.Module):
    """torchvision's ResNet-18, but 2 to 16 channels wide, not 64 to 512."""

    def __init__(self, width=2, classes=3):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for i in range(4):
            inputs, outputs = width << max(i - 1, 0), width << i
            blocks = BasicBlock(inputs, outputs, 1 + (i > 0)), BasicBlock(outputs, outputs, 1)
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(width << 3, classes)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def more():
    """What came after MODULES, from a seed of its own so that those keep their numbers."""
    torch.manual_seed(2025)
    return {
        "resnet": (ResNet18(), (3, 32, 40)),
        "bare": (
            nn.Sequential(
                nn.Linear(5, 7, bias=False),
                nn.BatchNorm1d(7, affine=False),
                nn.Tanh(),
                nn.Linear(7, 3),
            ),
            (5,),
        ),
        "bare_lstm": (
            nn.Sequential(
                Swap(), Last(nn.LSTM(3, 5, batch_first=True, bias=False)), nn.Linear(5, 3)
            ),
            (3, 6),
        ),
    }


def write_all(folder, modules, answers_name):
    answers = {}
    for name, (module, shape) in modules.items():
        for key, value in module.state_dict().items():  # numbers that nothing hides behind
            if key.endswith("running_var"):
                value.copy_(torch.rand_like(value) + 0.5)
            elif value.dim() == 1 or key.endswith("running_mean"):
                value.copy_(torch.randn(value.shape) * 0.5 + 0.3)
        write(folder / f"{name}.safetensors", module.state_dict(), {"format": "pt"})
        x = torch.randn(ROWS, *shape, dtype=torch.float32)
        answers[f"{name}.x"] = x.movedim(1, -1)
        answers[f"{name}.y"] = module.double().eval()(x.double()).float()
    write(folder / answers_name, answers, {})


def write_npz(folder):
    """The same numbers as in cnn.safetensors, a weight of it column by column."""
    state = {k: v.float().numpy() for k, v in MODULES["cnn"][0].state_dict().items()}
    state["7.weight"] = numpy.asfortranarray(state["7.weight"])
    numpy.savez(folder / "cnn.npz", **state)
    numpy.savez_compressed(folder / "packed.npz", x=numpy.zeros(9, numpy.float32))


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1]) / "pytorch"
    write_all(folder, MODULES, "answers.safetensors")
    write_npz(folder)
    write_all(folder, more(), "more_answers.safetensors")
