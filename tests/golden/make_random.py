#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints the literals of tests/core/random_test.cpp: Philox4x32-10 in Python's integers, Box and
Muller in Python's decimals of 50 digits, rounded once to float."""

import decimal
import struct

decimal.getcontext().prec = 50
PI = decimal.Decimal("3.14159265358979323846264338327950288419716939937510582")
WORD = (1 << 32) - 1


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & WORD, (p >> 32) ^ c[3] ^ k[1], p & WORD]
        k = [(k[0] + 0x9E3779B9) & WORD, (k[1] + 0xBB67AE85) & WORD]
    return c


def words(seed, stream, position):
    split = lambda x: [x & WORD, x >> 32]
    return philox(split(position) + split(stream), split(seed))


def cosine(x):
    term, total, n = decimal.Decimal(1), decimal.Decimal(0), 0
    while abs(term) > decimal.Decimal(10) ** -48:
        total += term
        n += 2
        term *= -x * x / ((n - 1) * n)
    return total


def normal(w):
    u = (decimal.Decimal(((w[0] << 32) | w[1]) >> 11) + 1) / (1 << 53)
    return (-2 * u.ln()).sqrt() * cosine(2 * PI * decimal.Decimal(w[2]) / (1 << 32))


def bits(x):  # decimal -> double -> float rounds twice, as the header does
    return struct.unpack("<I", struct.pack("<f", float(x)))[0]


for stream in (0, 9):
    print(f"seed 7, stream {stream}")
    for position in range(8):
        w = words(7, stream, position)
        print(f"  {w[0]:#010x}  uniform {w[0] >> 8:#08x}  normal {bits(normal(w)):#010x}"
              f"  below 1000: {(((w[0] << 32) | w[1]) * 1000) >> 64}")
