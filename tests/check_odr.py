#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when two objects of different instruction sets share a function that holds vector code.

check_odr.py OBJDUMP PLAIN WIDE

The linker keeps one of two weak functions of the same name. If the wide one computes in 256-bit
registers, the program breaks on a processor without them, or slows down on one with them. A
function whose body uses a SIMD batch must therefore carry the architecture in its name.
"""

import re
import subprocess
import sys

objdump, plain, wide = sys.argv[1:]
WIDE = re.compile(r"\tv(?!mov|zero|extract|insert)\w+\s.*%ymm")  # arithmetic; copies are harmless


def run(*arguments):
    return subprocess.run([objdump, *arguments], capture_output=True, text=True, check=True).stdout


def weak(archive):
    names = set()
    for line in run("--syms", archive).splitlines():
        match = re.match(r"[0-9a-f]+ +(\w)[^F]*F +\S+\s+[0-9a-f]+ +(?:\.hidden )?(\S+)", line)
        if match and match.group(1) in "wu":
            names.add(match.group(2))
    return names


def wide_functions(archive):
    found, current = set(), None
    for line in run("--disassemble", "--no-show-raw-insn", archive).splitlines():
        head = re.match(r"[0-9a-f]+ <(.+)>:$", line)
        if head:
            current = head.group(1)
        elif WIDE.search(line):
            found.add(current)
    return found


vectors = wide_functions(wide)
if not vectors:
    sys.exit(f"{wide}: no vector code at all; this test would not notice anything")
shared = sorted(weak(plain) & weak(wide) & vectors)
print("\n".join(f"shared and vectorised: {name}" for name in shared))
print(f"{len(weak(plain) & weak(wide))} shared functions, {len(vectors)} with vector code")
sys.exit(1 if shared else 0)
