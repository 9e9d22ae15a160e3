#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes nn/norms.safetensors: normalised and residual networks computed by PyTorch in float64.

make_norms.py OUTPUT_FOLDER

What make_convolution.py writes of a network, and of "batch" the running statistics after one pass
and the outputs by them. Needs PyTorch (1.13.1 was used).
"""

import pathlib
import sys

import torch
import torch.nn.functional as F

import make_convolution as convolution


class Network(convolution.Network):
    def __init__(self, theta, running=None, training=True):
        super().__init__(theta)
        self.running, self.training, self.moments = running, training, 0

    def batch_norm(self, x, share=0.1, epsilon=1e-5):
        n = x.shape[1]
        gain, bias = self.take(n), self.take(n)
        mean, variance = torch.zeros(n), torch.ones(n)
        if self.running is not None:
            mean = self.running[self.moments : self.moments + n]
            variance = self.running[self.moments + n : self.moments + 2 * n]
            self.moments += 2 * n
        return F.batch_norm(x, mean, variance, gain, bias, self.training, share, epsilon)

    def group_norm(self, x, groups):
        return F.group_norm(x, groups, self.take(x.shape[1]), self.take(x.shape[1]))


def batch(net, x):
    x = torch.tanh(net.batch_norm(x))
    x = net.conv(x, 5, (3, 3))
    x = F.elu(net.batch_norm(x, 0.01, 1e-3))
    return net.linear(x, 3)


def group(net, x):
    x = net.conv(net.group_norm(x, 3), 4, (1, 1))
    x = F.gelu(net.group_norm(x, 1), approximate="tanh")
    return net.linear(x, 3)


def residual(net, x):
    x = net.conv(x, 4, (3, 3), bias=False)
    y = net.conv(torch.relu(net.batch_norm(x)), 2, (1, 1), bias=False)
    y = net.conv(torch.relu(net.batch_norm(y)), 2, (3, 3), bias=False)
    y = net.conv(torch.relu(net.batch_norm(y)), 4, (1, 1), bias=False)
    x = x + y
    s = net.conv(x, 6, (1, 1), (2, 2), bias=False)
    y = net.conv(torch.relu(net.batch_norm(x)), 6, (3, 3), (2, 2), bias=False)
    x = s + y
    x = torch.relu(net.batch_norm(x)).mean((2, 3))
    return net.linear(x, 3)


def statistics(network, theta, x):
    """Running statistics after one training pass, and outputs by them."""
    running = torch.tensor([0.0] * 4 + [1.0] * 4 + [0.0] * 5 + [1.0] * 5)
    network(Network(theta, running), x.movedim(-1, 1))
    return running, network(Network(theta, running.clone(), False), x.movedim(-1, 1))


if __name__ == "__main__":
    convolution.Network = Network
    every = {}
    for name, network, shape, parameters in (
        ("batch", batch, (3, 2, 4), 8 + 185 + 10 + 93),
        ("group", group, (4, 3, 6), 12 + 28 + 8 + 147),
        ("residual", residual, (4, 4, 2), 72 + (8 + 8 + 4 + 36 + 4 + 8) + (24 + 8 + 216) + 12 + 21),
    ):
        result = convolution.run(network, shape, parameters)
        if name == "batch":
            result["statistics"], result["evaluated"] = statistics(
                network, result["theta"], result["x"]
            )
        for key, value in result.items():
            every[f"{name}.{key}"] = value.detach()
    convolution.write(pathlib.Path(sys.argv[1]) / "norms.safetensors", every)
