#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes nn/recurrent.safetensors: small recurrent networks computed by PyTorch in float64.

make_recurrent.py OUTPUT_FOLDER

What make_convolution.py writes of a network. PyTorch's two biases are halo's one and zeros, but for
the bias inside a GRU's reset. Needs PyTorch (1.13.1 was used).
"""

import pathlib
import sys

import torch

import make_convolution as convolution


class Network(convolution.Network):
    def recurrent(self, kind, x, units, all_states=False):
        """x [rows, steps, width], channels last."""
        gates = {torch.nn.LSTM: 4, torch.nn.GRU: 3}[kind]
        w = self.take(x.shape[2], gates * units)
        u = self.take(units, gates * units)
        b = self.take(gates * units)
        inner = torch.zeros(gates * units)
        if gates == 3:
            inner = torch.cat([torch.zeros(2 * units), self.take(units)])
        weights = (w.T, u.T, b, inner)
        zeros = torch.zeros(1, x.shape[0], units)
        if gates == 4:
            states, last, _ = torch.lstm(
                x, (zeros, zeros), weights, True, 1, 0.0, False, False, True
            )
        else:
            states, last = torch.gru(x, zeros, weights, True, 1, 0.0, False, False, True)
        return states if all_states else last[0]

    def dense(self, x, out):
        x = x.flatten(1)
        return x @ self.take(x.shape[1], out) + self.take(out)


def lstm(net, x):
    x = torch.tanh(net.recurrent(torch.nn.LSTM, x.movedim(1, -1), 4, all_states=True))
    return net.dense(net.recurrent(torch.nn.LSTM, x, 5), 3)


def gru(net, x):
    x = torch.tanh(net.recurrent(torch.nn.GRU, x.movedim(1, -1), 4, all_states=True))
    return net.dense(net.recurrent(torch.nn.GRU, x, 5), 3)


def convolved(net, x):
    x = torch.relu(net.conv(x, 6, (3,), (2,), bias=False)).movedim(1, -1)
    return net.dense(net.recurrent(torch.nn.LSTM, x.reshape(x.shape[0], -1, 2), 3), 3)


if __name__ == "__main__":
    convolution.Network = Network
    every = {}
    for name, network, shape, parameters in (
        ("lstm", lstm, (10, 2), 16 * 7 + 20 * 10 + 18),
        ("gru", gru, (10, 2), 12 * 7 + 4 + 15 * 10 + 5 + 18),
        ("convolved", convolved, (5, 4), 72 + 12 * 6 + 12),
    ):
        for key, value in convolution.run(network, shape, parameters).items():
            every[f"{name}.{key}"] = value.detach()
    convolution.write(pathlib.Path(sys.argv[1]) / "recurrent.safetensors", every)
