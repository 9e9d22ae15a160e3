#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints examples/support/verify_numbers.hpp: what halo-verify's networks and Adam must come to.

make_verify.py             loops over Python's doubles, written without a line of halo
make_verify.py HEADER      fails where the header holds something else

Parameter k of a network is share(k) / 2 and input k share(k + 7), numbers that floats hold exactly.
"""

import math
import pathlib
import sys

ROWS = 2


def share(k):
    return ((k * 37 + 11) % 101 - 50) / 64


class Parameters:
    def __init__(self):
        self.taken = 0

    def take(self, *shape):
        """The next tensor, rows outside."""
        if len(shape) == 1:
            first, self.taken = self.taken, self.taken + shape[0]
            return [share(k) / 2 for k in range(first, self.taken)]
        return [self.take(*shape[1:]) for _ in range(shape[0])]


def linear(parameters, x, outputs):
    w, b = parameters.take(len(x), outputs), parameters.take(outputs)
    return [b[j] + sum(x[i] * w[i][j] for i in range(len(x))) for j in range(outputs)]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def perceptron(parameters, x):
    return linear(parameters, [math.tanh(v) for v in linear(parameters, x, 5)], 4)


def convolutional(parameters, x):
    """A 5 by 5 image of 2 channels, 3 kernels of 3 by 3 with zeros around, relu, linear."""
    side, channels, out = 5, 2, 3
    w, b = parameters.take(3, 3, channels, out), parameters.take(out)
    y = []
    for row in range(side):
        for column in range(side):
            for j in range(out):
                total = b[j]
                for k in range(3):
                    for l in range(3):
                        r, c = row + k - 1, column + l - 1
                        if 0 <= r < side and 0 <= c < side:
                            at = (r * side + c) * channels
                            total += sum(x[at + i] * w[k][l][i][j] for i in range(channels))
                y.append(max(total, 0.0))
    return linear(parameters, y, 3)


def recurrent(parameters, x):
    """Four steps of three features, five units, PyTorch's gates; normalised, linear."""
    features, units = 3, 5
    w = parameters.take(features, 4 * units)
    u = parameters.take(units, 4 * units)
    b = parameters.take(4 * units)
    h, c = [0.0] * units, [0.0] * units
    for t in range(len(x) // features):
        z = [b[j] + sum(x[t * features + i] * w[i][j] for i in range(features))
             + sum(h[i] * u[i][j] for i in range(units)) for j in range(4 * units)]
        i, f, g, o = (z[k * units:(k + 1) * units] for k in range(4))
        c = [sigmoid(f[k]) * c[k] + sigmoid(i[k]) * math.tanh(g[k]) for k in range(units)]
        h = [sigmoid(o[k]) * math.tanh(c[k]) for k in range(units)]
    gain, bias = parameters.take(units), parameters.take(units)
    mean = sum(h) / units
    variance = sum((v - mean) ** 2 for v in h) / units
    y = [gain[k] * (h[k] - mean) / math.sqrt(variance + 1e-5) + bias[k] for k in range(units)]
    return linear(parameters, y, 3)


def outputs(network, inputs):
    y = []
    for row in range(ROWS):
        y += network(Parameters(), [share(row * inputs + i + 7) for i in range(inputs)])
    return y


def adam(parameters, steps, rate=1e-2, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Where parameters share(k) are after steps on gradients share(k + 13 t) [Kingma & Ba 2014]."""
    theta = [share(k) for k in range(parameters)]
    m, v = [0.0] * parameters, [0.0] * parameters
    for t in range(1, steps + 1):
        for k in range(parameters):
            g = share(k + 13 * t)
            m[k] = beta1 * m[k] + (1 - beta1) * g
            v[k] = beta2 * v[k] + (1 - beta2) * g * g
            step = m[k] / (1 - beta1**t) / (math.sqrt(v[k] / (1 - beta2**t)) + epsilon)
            theta[k] -= rate * step
    return theta


def table(name, values):
    texts = [f"{value:.10g}" for value in values]
    lines = [", ".join(texts[i:i + 5]) for i in range(0, len(texts), 5)]
    return f"inline constexpr double {name}[] = {{\n    " + ",\n    ".join(lines) + "};"


if __name__ == "__main__":
    text = "\n".join([
        "// SPDX-License-Identifier: BSD-3-Clause",
        "#pragma once",
        "",
        "// Made by tests/golden/make_verify.py.",
        "",
        "// clang-format off",
        "namespace support::verify_numbers {",
        "",
        table("perceptron", outputs(perceptron, 6)),
        table("convolutional", outputs(convolutional, 50)),
        table("recurrent", outputs(recurrent, 12)),
        table("adam", adam(9, 5)),
        "",
        "}  // namespace support::verify_numbers",
        "",
    ])
    if len(sys.argv) > 1:
        sys.exit(0 if pathlib.Path(sys.argv[1]).read_text() == text else "other numbers")
    print(text, end="")
