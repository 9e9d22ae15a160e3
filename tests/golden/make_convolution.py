#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes nn/convolution.safetensors: small convolutional networks computed by PyTorch in float64.

make_convolution.py OUTPUT_FOLDER

Of each network: parameters, examples and labels, a direction, the logits, the mean cross entropy,
its gradient and the Hessian times the direction, all in halo's layout (channels last, weights
[height, width, in, out]). Needs PyTorch (1.13.1 was used).
"""

import json
import pathlib
import struct
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(2024)
torch.set_default_dtype(torch.float64)
ROWS = 3


def padded(x, kernel, stride, dilation, value=0.0):
    """TensorFlow's SAME: half of the zeros, rounded down, in front."""
    pads = []
    for n, k, s, d in reversed(list(zip(x.shape[2:], kernel, stride, dilation))):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


class Network:
    """Takes parameters from a flat vector, in halo's layout, as layers ask for them."""

    def __init__(self, theta):
        self.theta, self.at = theta, 0

    def take(self, *shape):
        n = torch.Size(shape).numel()
        self.at += n
        return self.theta[self.at - n : self.at].reshape(shape)

    def conv(self, x, out, kernel, stride=None, same=True, groups=1, dilation=None, bias=True):
        ones = (1,) * len(kernel)
        stride, dilation = stride or ones, dilation or ones
        w = self.take(*kernel, x.shape[1] // groups, out)
        b = self.take(out) if bias else None
        w = w.movedim((-1, -2), (0, 1))
        if same:
            x = padded(x, kernel, stride, dilation)
        f = F.conv2d if len(kernel) == 2 else F.conv1d
        return f(x, w, b, stride=stride, dilation=dilation, groups=groups)

    def linear(self, x, out):
        x = x.movedim(1, -1).flatten(1)  # channels last
        return x @ self.take(x.shape[1], out) + self.take(out)


def strided(net, x):
    x = torch.tanh(net.conv(x, 6, (3, 2), (2, 2)))
    x = torch.sigmoid(net.conv(x, 8, (3, 3), same=False, groups=2, bias=False))
    return net.linear(x, 3)


def sequence(net, x):
    x = F.elu(net.conv(x, 5, (3,), dilation=(2,)))
    x = torch.tanh(net.conv(x, 4, (4,), (3,), same=False))
    return net.linear(x, 3)


def pooled(net, x):
    x = torch.relu(net.conv(x, 4, (3, 3), groups=4))
    x = F.max_pool2d(padded(x, (3, 3), (2, 2), (1, 1), -float("inf")), 3, 2)
    x = F.gelu(net.conv(x, 5, (1, 1)), approximate="tanh")
    x = F.avg_pool2d(padded(x, (2, 2), (1, 1), (1, 1)), 2, 1, divisor_override=1)
    ones = padded(torch.ones(1, 1, 4, 4), (2, 2), (1, 1), (1, 1))
    x = x / F.avg_pool2d(ones, 2, 1, divisor_override=1)  # zeros around the image do not count
    x = torch.tanh(net.conv(x, 6, (5, 3), dilation=(1, 2))).mean((2, 3))
    return net.linear(x, 3)


def run(network, shape, parameters):
    theta = torch.randn(parameters) * 0.5
    x = torch.randn(ROWS, *shape)
    labels = torch.arange(ROWS) % 3
    direction = torch.randn(parameters)

    def outputs(at):
        net = Network(at)
        y = network(net, x.movedim(-1, 1))
        assert net.at == parameters, (net.at, parameters)
        return y

    def loss(at):
        return F.cross_entropy(outputs(at), labels)

    gradient = torch.autograd.functional.jacobian(loss, theta)
    product = torch.autograd.functional.hvp(loss, theta, direction)[1]
    return {
        "theta": theta,
        "x": x,
        "labels": labels.to(torch.float64),
        "direction": direction,
        "outputs": outputs(theta),
        "loss": loss(theta),
        "gradient": gradient,
        "product": product,
    }


def write(path, tensors):
    header, data = {}, b""
    for name in sorted(tensors):
        numbers = tensors[name].flatten().tolist()
        begin = len(data)
        data += struct.pack(f"<{len(numbers)}d", *numbers)
        header[name] = {
            "dtype": "F64",
            "shape": list(tensors[name].shape),
            "data_offsets": [begin, len(data)],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    every = {}
    for name, network, shape, parameters in (
        ("strided", strided, (9, 8, 3), 114 + 216 + 147),
        ("sequence", sequence, (13, 2), 35 + 84 + 51),
        ("pooled", pooled, (8, 7, 4), 40 + 25 + 456 + 21),
    ):
        for key, value in run(network, shape, parameters).items():
            every[f"{name}.{key}"] = value.detach()
    write(pathlib.Path(sys.argv[1]) / "convolution.safetensors", every)
