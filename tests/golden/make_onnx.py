#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes onnx/*: small ONNX models, what halo-import makes of them, and what they answer.

make_onnx.py OUTPUT_FOLDER

NAME.onnx is the model, NAME.hpp and NAME.safetensors are halo-import's. answers.safetensors has of
each model "NAME.x" in halo's order (channels last) and "NAME.y", what PyTorch makes of the same
numbers: models of torch.onnx.export by the module itself, those made by hand by its functions.
Needs PyTorch (1.13.1 was used), python3-onnx (1.12) and NumPy.
"""

import pathlib
import subprocess
import sys

import numpy
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import make_pytorch

ROWS = 3
torch.manual_seed(2026)
answers = {}


def save_answers(name, x, y, channels_first):
    x = x.movedim(1, -1) if channels_first else x
    y = y.movedim(1, -1) if y.ndim > 2 and channels_first else y
    answers[name + ".x"], answers[name + ".y"] = x.contiguous(), y.contiguous()


def exported(name, module, x, channels_first=False, bare=False):
    """A module of PyTorch's; bare: with its norms as they are, else folded into convolutions."""
    module.eval()
    for part in module.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(part.weight, 0.5, 2), nn.init.normal_(part.bias)
            nn.init.normal_(part.running_mean), nn.init.uniform_(part.running_var, 0.5, 2)
    mode = torch.onnx.TrainingMode
    torch.onnx.export(
        module,
        x,
        folder / f"{name}.onnx",
        opset_version=13,
        training=mode.PRESERVE if bare else mode.EVAL,
        do_constant_folding=not bare,
        input_names=["x"],
        output_names=["y"],
        dynamic_axes={"x": {0: "rows"}, "y": {0: "rows"}},
    )
    with torch.no_grad():
        save_answers(name, x, module(x), channels_first)


class Made:
    """A model made node by node."""

    def __init__(self, opset=13):
        self.nodes, self.constants, self.opset = [], [], opset

    def constant(self, tensor):
        name = f"c{len(self.constants)}"
        numbers = tensor if isinstance(tensor, numpy.ndarray) else tensor.numpy()
        self.constants.append(numpy_helper.from_array(numbers, name))
        return name

    def add(self, kind, inputs, output, **attributes):
        names = [i if isinstance(i, str) else self.constant(i) for i in inputs]
        outputs = output if isinstance(output, list) else [output]
        node = helper.make_node(kind, names, outputs, name=f"{kind.lower()}_{output}", **attributes)
        self.nodes.append(node)

    def model(self, x, y):
        graph = helper.make_graph(
            self.nodes,
            "made",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, x)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, y)],
            self.constants,
        )
        opsets = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


class Residual(nn.Module):
    def __init__(self, main, side=None):
        super().__init__()
        self.main, self.side = main, side or nn.Identity()

    def forward(self, x):
        return torch.relu(self.main(x) + self.side(x))


class Recurrent(nn.Module):
    """A convolution, a recurrent layer's last state, a linear layer."""

    def __init__(self, layer):
        super().__init__()
        self.conv, self.layer, self.out = nn.Conv1d(3, 4, 3, padding=1), layer, nn.Linear(5, 2)

    def forward(self, x):
        states, _ = self.layer(torch.relu(self.conv(x)).transpose(1, 2))
        return self.out(torch.tanh(states)[:, -1])


def cnn():
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 6, (1, 3), stride=(1, 2), padding=(0, 1), groups=2, bias=False),
        nn.LeakyReLU(0.2),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.BatchNorm1d(6 * 3 * 2),
        nn.Linear(6 * 3 * 2, 3),
        nn.LogSoftmax(1),
    )


def residuals():
    def conv(i, o, stride=1):
        layers = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o, 1e-3, 0.01)
        return nn.Sequential(*layers)

    return nn.Sequential(
        conv(2, 4),
        Residual(nn.Sequential(conv(4, 4), nn.ReLU(), conv(4, 4))),
        Residual(
            nn.Sequential(conv(4, 6, 2), nn.Sigmoid(), conv(6, 6)),
            nn.Sequential(nn.Conv2d(4, 6, 1, 2), nn.BatchNorm2d(6)),
        ),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, 3),
    )


def mlp():
    """Gemm of either way, with a scalar's bias and without, MatMul with Add and alone, Softmax."""
    m, x = Made(), torch.randn(ROWS, 5)
    w = [torch.randn(*s) * 0.5 for s in [(6, 5), (6, 4), (4, 4), (4, 4), (4, 3)]]
    b = [torch.randn(6), torch.randn(1, 4), torch.randn(4)]
    m.add("Gemm", ["x", w[0], b[0]], "a", transB=1, alpha=0.5, beta=2.0)
    m.add("LeakyRelu", ["a"], "b")
    m.add("MatMul", ["b", w[1]], "c")
    m.add("Add", [b[1], "c"], "d")
    m.add("Sigmoid", ["d"], "e")
    m.add("Gemm", ["e", w[2]], "f")
    m.add("Tanh", ["f"], "g")
    m.add("MatMul", ["g", w[3]], "h")
    m.add("Add", ["h", "e"], "i")
    m.add("Gemm", ["i", w[4], torch.tensor(0.25)], "j")
    m.add("Softmax", ["j"], "y", axis=1)
    h = torch.sigmoid(F.leaky_relu(0.5 * x @ w[0].T + 2 * b[0]) @ w[1] + b[1])
    logits = (torch.tanh(h @ w[2]) @ w[3] + h) @ w[4] + 0.25
    save_answers("mlp", x, torch.softmax(logits, 1), False)
    return m.model(["rows", 5], ["rows", 3])


def pools():
    """An image [height, width, channels], as TensorFlow's exporter has it; padding by its names."""
    m, x = Made(), torch.randn(ROWS, 7, 6, 2)
    w, b = torch.randn(4, 2, 2, 2), torch.randn(4)
    out = torch.randn(5, 16), torch.randn(5)
    m.add("Transpose", ["x"], "a", perm=[0, 3, 1, 2])
    m.add("Conv", ["a", w], "b", auto_pad="SAME_UPPER", dilations=[1, 1])
    m.add("Add", ["b", b.reshape(1, 4, 1, 1)], "c")
    m.add("MaxPool", ["c"], "d", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    m.add("AveragePool", ["d"], "e", kernel_shape=[3, 2], pads=[1, 0, 1, 0], strides=[2, 1])
    m.add("Transpose", ["e"], "f", perm=[0, 2, 3, 1])
    m.add("Reshape", ["f", numpy.array([-1, 16])], "g")
    m.add("Gemm", ["g", *out], "y", transB=1)
    z = F.conv2d(F.pad(x.movedim(-1, 1), (0, 1, 0, 1)), w, b)
    z = F.max_pool2d(F.pad(z, (0, 1, 1, 1), value=-1e9), 3, 2)
    z = F.avg_pool2d(z, (3, 2), (2, 1), (1, 0), count_include_pad=False)
    save_answers("pools", x, F.linear(z.movedim(1, -1).flatten(1), *out), False)
    return m.model([ROWS, 7, 6, 2], [ROWS, 5])


def sequence():
    """Steps first, as in PyTorch without batch_first: an LSTM's states, a sum, a GRU's last one."""
    m, x = Made(opset=14), torch.randn(6, ROWS, 3)
    lstm, gru, each = nn.LSTM(3, 4), nn.GRU(4, 5), torch.randn(4, 4)

    def turned(layer, gates):
        def blocks(t):
            return torch.cat([t.chunk(len(gates))[g] for g in gates])

        parts = [blocks(p.detach()) for p in layer.parameters()]
        return [parts[0][None], parts[1][None], torch.cat(parts[2:])[None]]

    m.add("LSTM", ["x", *turned(lstm, [0, 3, 1, 2])], "a", hidden_size=4)
    m.add("Squeeze", ["a", numpy.array([1])], "b")
    m.add("Transpose", ["b"], "c", perm=[1, 0, 2])
    m.add("MatMul", ["c", each], "d")
    m.add("Relu", ["d"], "e")
    m.add("Add", ["e", "c"], "f")
    zeros = numpy.zeros((1, ROWS, 5), numpy.float32)
    w, r, b = turned(gru, [1, 0, 2])
    m.add("Transpose", ["f"], "g", perm=[1, 0, 2])
    m.add("GRU", ["g", w, r, b, "", zeros], ["", "h"], hidden_size=5, linear_before_reset=1)
    m.add("Reshape", ["h", numpy.array([ROWS, 5])], "y")
    with torch.no_grad():
        z, _ = lstm(x)
        z = torch.relu(z @ each) + z
        save_answers("sequence", x.movedim(0, 1), gru(z)[1][0], False)
    return m.model([6, ROWS, 3], [ROWS, 5])


def imported_signal():
    """A sequence with channels first: convolution, pools along one axis, mean over the steps."""
    m, x = Made(), torch.randn(ROWS, 2, 12)
    w, b = torch.randn(4, 2, 3), torch.randn(4)
    m.add("Pad", ["x", numpy.array([0, 0, 1, 0, 0, 1])], "p")
    m.add("Conv", ["p", w, b], "a", pads=[1, 1], dilations=[2])
    m.add("MaxPool", ["a"], "b", kernel_shape=[2], strides=[2])
    m.add("AveragePool", ["b"], "c", kernel_shape=[3], strides=[1])
    m.add("Elu", ["c"], "d")
    m.add("ReduceMean", ["d"], "y", axes=[2], keepdims=0)
    z = F.avg_pool1d(F.max_pool1d(F.conv1d(x, w, b, 1, 2, 2), 2), 3, 1)
    save_answers("imported_signal", x, F.elu(z).mean(2), True)
    return m.model(["rows", 2, 12], ["rows", 4])


def main():
    exported("cnn", cnn(), torch.randn(ROWS, 2, 6, 8), True, bare=True)
    exported("folded", cnn()[:-1], torch.randn(ROWS, 2, 6, 8), True)
    exported("residual", residuals(), torch.randn(ROWS, 2, 5, 6), True, bare=True)
    exported("lstm", Recurrent(nn.LSTM(4, 5, batch_first=True)), torch.randn(ROWS, 3, 7), True)
    exported("gru", Recurrent(nn.GRU(4, 5, batch_first=True)), torch.randn(ROWS, 3, 7), True)
    for make in (mlp, pools, sequence, imported_signal):
        onnx.save(make(), folder / f"{make.__name__}.onnx")
    make_pytorch.write(folder / "answers.safetensors", answers, None)
    tool = pathlib.Path(__file__).parents[2] / "scripts" / "halo-import.py"
    for model in sorted(folder.glob("*.onnx")):
        command = [sys.executable, str(tool), str(model), "--out", str(model.with_suffix(""))]
        subprocess.run(command, check=True)


folder = pathlib.Path(sys.argv[1]) / "onnx" if len(sys.argv) > 1 else None
if __name__ == "__main__":
    folder.mkdir(exist_ok=True)
    main()
