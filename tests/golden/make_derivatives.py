#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes derivatives.hpp: values and derivatives of the operations of autodiff, with 40 digits in
between. Needs mpmath (1.3 was used)."""

import pathlib
import textwrap

import mpmath as mp

mp.mp.dps = 40

POINTS = [("0.7", "1.3"), ("-1.1", "0.4"), ("2.5", "-0.8")]
POSITIVE = [("0.7", "1.3"), ("3.0", "0.2")]  # where a function wants a > 0

OPERATIONS = [  # in the order of tests/support/operations.hpp
    ("sum", lambda a, b: a + b, POINTS),
    ("difference", lambda a, b: a - b, POINTS),
    ("product", lambda a, b: a * b, POINTS),
    ("quotient", lambda a, b: a / b, POINTS),
    ("negation", lambda a, b: -a, POINTS),
    ("constants left", lambda a, b: (2 + a) * (3 - b) + 4 / (5 + a * a) - 6 * b, POINTS),
    ("constants right", lambda a, b: (a + 2) * (b - 3) / 4 - a * 5, POINTS),
    ("fma", lambda a, b: a * b + a, POINTS),
    ("fma with constants", lambda a, b: a * 3 + b + (2 * b + 1) * (a * b + 2), POINTS),
    ("exp", lambda a, b: mp.exp(a), POINTS),
    ("log", lambda a, b: mp.log(a), POSITIVE),
    ("tanh", lambda a, b: mp.tanh(a), POINTS),
    ("sigmoid", lambda a, b: 1 / (1 + mp.exp(-a)), POINTS),
    ("sqrt", lambda a, b: mp.sqrt(a), POSITIVE),
    ("abs", lambda a, b: abs(a) * b, POINTS),
    ("min", lambda a, b: min(a, b) * a, POINTS),
    ("max", lambda a, b: max(a, b) * a, POINTS),
    ("select", lambda a, b: a * b if a < b else a / b, POINTS),
    ("composed", lambda a, b: mp.tanh(a * b) * mp.exp(-b * b) / (1 + a * a), POINTS),
    ("asinh", lambda a, b: mp.asinh(a), POINTS),
    ("sin", lambda a, b: mp.sin(a), POINTS),
    ("cos", lambda a, b: mp.cos(a), POINTS),
    ("erf", lambda a, b: mp.erf(a), POINTS),
]

ORDERS = [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]


def row(name, f, point):
    at = tuple(mp.mpf(c) for c in point)
    numbers = [f(*at) if not any(n) else mp.diff(f, at, n) for n in ORDERS]
    numbers = [mp.mpf(0) if abs(n) < mp.mpf(10) ** -12 else n for n in numbers]
    text = ", ".join([f'"{name}"', *point, *(mp.nstr(n, 17) for n in numbers)])
    lines = textwrap.wrap(f"{{{text}}},", 96, break_on_hyphens=False, subsequent_indent=" ")
    return "".join(f"    {line}\n" for line in lines)


def main():
    rows = "".join(row(n, f, p) for n, f, points in OPERATIONS for p in points)
    pathlib.Path(__file__).with_name("derivatives.hpp").write_text(
        "// SPDX-License-Identifier: BSD-3-Clause\n"
        "// Written by make_derivatives.py.\n"
        "#pragma once\n\n"
        "namespace support {\n\n"
        "/// An operation's value at (a, b) and its derivatives of first and second order.\n"
        "struct derivatives {\n"
        "  char const* name;\n"
        "  double a, b, value, da, db, daa, dab, dbb;\n"
        "};\n\n"
        "// clang-format off\n"
        f"inline constexpr derivatives golden_derivatives[] = {{\n{rows}}};\n"
        "// clang-format on\n\n"
        "}  // namespace support\n"
    )


if __name__ == "__main__":
    main()
