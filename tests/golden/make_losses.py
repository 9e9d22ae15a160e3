#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes nn/losses.safetensors: losses of small tables of outputs computed by PyTorch in float64.

make_losses.py OUTPUT_FOLDER

Of each loss: outputs y [5, 4], a direction v, targets, the loss, its gradient, and the Hessian's
product with v. Targets are numbers that a float holds. Needs PyTorch (1.13.1 was used).
"""

import pathlib
import sys

import torch
import torch.nn.functional as F

import make_convolution as convolution

ROWS, OUTPUTS = 5, 4
LABELS = torch.tensor([2, 0, 3, 1, 2])
SOME = torch.tensor([2, -1, -1, 1, 2])
WEIGHTS = torch.tensor([0.5, 1.5, 2.5, 3.5], dtype=torch.float64)


def focal(y, t):
    of_row = F.cross_entropy(y, t, reduction="none")
    return ((1 - torch.exp(-of_row)) ** 2 * of_row).mean()


def distilled(y, q):
    return F.cross_entropy(y / 2.5, q) * 2.5**2


def weighted_partly(y, t):
    return F.cross_entropy(y, t, weight=WEIGHTS, ignore_index=-1)


def gaussian(y, t):
    half = OUTPUTS // 2
    return F.gaussian_nll_loss(y[:, :half], t, torch.exp(y[:, half:]))


if __name__ == "__main__":
    torch.manual_seed(11)
    torch.set_default_dtype(torch.float64)
    numbers = torch.randn(ROWS, OUTPUTS).float().double()
    shares = torch.softmax(torch.randn(ROWS, OUTPUTS), 1).float().double()
    flags = (torch.rand(ROWS, OUTPUTS) < 0.4).double()
    flags[0, 0] = 0.25
    every = {}
    for name, loss, target in (
        ("cross_entropy", F.cross_entropy, LABELS),
        ("mean_square", F.mse_loss, numbers),
        ("mean_absolute", F.l1_loss, numbers),
        ("huber", lambda y, t: F.huber_loss(y, t, delta=0.25), numbers),
        ("binary", F.binary_cross_entropy_with_logits, flags),
        ("smoothed", lambda y, t: F.cross_entropy(y, t, label_smoothing=0.1), LABELS),
        ("weighted", lambda y, t: F.cross_entropy(y, t, weight=WEIGHTS), LABELS),
        ("partly_labelled", lambda y, t: F.cross_entropy(y, t, ignore_index=-1), SOME),
        ("weighted_partly", weighted_partly, SOME),
        ("focal", focal, LABELS),
        ("soft", F.cross_entropy, shares),
        ("distilled", distilled, shares),
        ("gaussian", gaussian, numbers[:, :2]),
    ):
        y = (2 * torch.randn(ROWS, OUTPUTS)).requires_grad_()
        v = torch.randn(ROWS, OUTPUTS)
        value = loss(y, target)
        (gradient,) = torch.autograd.grad(value, y, create_graph=True)
        product = None
        if gradient.requires_grad:
            (product,) = torch.autograd.grad((gradient * v).sum(), y, allow_unused=True)
        if product is None:
            product = 0
        for key, tensor in (
            ("y", y),
            ("v", v),
            ("t", target),
            ("loss", value.reshape(1)),
            ("gradient", gradient),
            ("product", product + torch.zeros(ROWS, OUTPUTS)),
        ):
            every[f"{name}.{key}"] = tensor.detach().double().contiguous()
    convolution.write(pathlib.Path(sys.argv[1]) / "losses.safetensors", every)
