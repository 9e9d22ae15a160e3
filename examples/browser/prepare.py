#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Packs measurements of the Gas Sensor Array Drift data for the page.

prepare.py FOLDER KNOWN FRESH

FOLDER holds batch1.dat ... of the data. KNOWN gets the rows of ethanol, ethylene and ammonia, FRESH
those of acetaldehyde, acetone and toluene. Every fourth row of a gas is held out. Features are
standardised by the rows to learn from, and each becomes a byte between the smallest and the largest
of its values there. The layout of a file stands in adapt.cpp.
"""

import array
import pathlib
import statistics
import struct
import sys

FEATURES = 128


def read(folder):
    """The rows of each label, 1 to 6."""
    rows = {}
    for file in sorted(pathlib.Path(folder).glob("batch*.dat")):
        for line in file.read_text().splitlines():
            head, *entries = line.split()
            values = [float(entry.split(":")[1]) for entry in entries]
            if len(values) != FEATURES:
                sys.exit(f"{file}: {FEATURES} features expected, found {len(values)}")
            rows.setdefault(int(head.split(";")[0]), []).append(values)
    return rows


def pack(gases):
    """One file of the rows of these gases."""
    labelled = [(label, row) for label, rows in enumerate(gases) for row in rows]
    places = [place for rows in gases for place in range(len(rows))]
    training = [r for r, place in zip(labelled, places) if place % 4 != 3]
    held_out = [r for r, place in zip(labelled, places) if place % 4 == 3]
    offsets, steps, columns = [], [], []
    for j in range(FEATURES):
        seen = [row[j] for _, row in training]
        mean, deviation = statistics.fmean(seen), statistics.pstdev(seen) or 1.0
        low = min(seen)
        step = (max(seen) - low) / 255 or 1.0
        offsets.append((low - mean) / deviation)
        steps.append(step / deviation)
        columns.append([min(255, max(0, round((row[j] - low) / step)))
                        for _, row in training + held_out])
    numbers = array.array("f", offsets + steps)
    if sys.byteorder == "big":
        numbers.byteswap()
    return b"".join([struct.pack("<II", len(training), len(held_out)), numbers.tobytes(),
                     bytes(label for label, _ in training + held_out),
                     *map(bytes, zip(*columns))])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    gases = read(sys.argv[1])
    if sorted(gases) != [1, 2, 3, 4, 5, 6]:
        sys.exit(f"{sys.argv[1]}: six gases expected, found the labels {sorted(gases)}")
    pathlib.Path(sys.argv[2]).write_bytes(pack([gases[label] for label in (1, 2, 3)]))
    pathlib.Path(sys.argv[3]).write_bytes(pack([gases[label] for label in (4, 5, 6)]))
