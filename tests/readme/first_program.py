#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The first program of README.md: short, compiles, learns.

first_program.py extract README OUTPUT   writes it; fails when it has more than 15 lines
first_program.py run PROGRAM             fails unless it prints an accuracy of at least 95 %
"""

import pathlib
import re
import subprocess
import sys


def extract(readme, output):
    block = re.search(r"^```cpp\n(.*?)^```", pathlib.Path(readme).read_text(), re.M | re.S)
    if block is None:
        sys.exit(f"{readme}: no program")
    lines = block.group(1).count("\n")
    if lines > 15:
        sys.exit(f"{readme}: the first program has {lines} lines, at most 15")
    pathlib.Path(output).write_text(block.group(1))


def run(program):
    text = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout
    print(text, end="")
    said = re.fullmatch(r"([\d.]+) %\n", text)
    if said is None or not float(said.group(1)) >= 95:
        sys.exit("expected an accuracy of at least 95 %")


if __name__ == "__main__":
    {"extract": extract, "run": run}[sys.argv[1]](*sys.argv[2:])
