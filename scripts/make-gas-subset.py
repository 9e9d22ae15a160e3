#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Picks the rows of examples/data/gas_sensor from the full Gas Sensor Array Drift files.

make-gas-subset.py FULL_FOLDER TARGET_FOLDER [--rows-per-gas 330] [--seed 1]

FULL_FOLDER holds batch1.dat ... batch10.dat (those present are used). For every gas, rows are
picked at random without replacement, shared among the batches in proportion to what each batch has
of that gas (largest remainders), at least one from every batch that has any. Lines are copied byte
for byte and keep their order and their file, so TARGET_FOLDER has the layout of the full data.
"""

import argparse
import pathlib
import random


def shares(counts, total):
    """Splits total in proportion to counts: {key: share}, at least 1 and at most the count."""
    everything = sum(counts.values())
    total = min(total, everything)
    exact = {k: total * n / everything for k, n in counts.items()}
    result = {k: min(counts[k], max(1, int(exact[k]))) for k in counts}
    by_remainder = sorted(counts, key=lambda k: (int(exact[k]) - exact[k], k))
    while sum(result.values()) < total:
        for k in by_remainder:
            if sum(result.values()) < total and result[k] < counts[k]:
                result[k] += 1
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("full", type=pathlib.Path)
    parser.add_argument("target", type=pathlib.Path)
    parser.add_argument("--rows-per-gas", type=int, default=330)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    files = {}
    for batch in range(1, 11):
        path = args.full / f"batch{batch}.dat"
        if path.exists():
            files[batch] = path.read_bytes().splitlines(keepends=True)
    rows = {}  # (gas, batch): line numbers
    for batch, lines in files.items():
        for number, line in enumerate(lines):
            rows.setdefault((int(line[:1]), batch), []).append(number)

    generator = random.Random(args.seed)
    picked = {batch: [] for batch in files}
    for gas in sorted({gas for gas, _ in rows}):
        counts = {b: len(rows[gas, b]) for b in files if (gas, b) in rows}
        for batch, share in sorted(shares(counts, args.rows_per_gas).items()):
            picked[batch] += generator.sample(rows[gas, batch], share)

    args.target.mkdir(parents=True, exist_ok=True)
    for batch, numbers in picked.items():
        text = b"".join(files[batch][n] for n in sorted(numbers))
        (args.target / f"batch{batch}.dat").write_bytes(text)
        print(f"batch{batch}.dat: {len(numbers)} rows, {len(text)} bytes")


if __name__ == "__main__":
    main()
