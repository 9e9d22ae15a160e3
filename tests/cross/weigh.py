#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints what an image weighs; fails on what must not be in it and above a ceiling.

weigh.py IMAGE TITLE [FLASH [RAM]]      most bytes of either, RAM without the stack

A row: title, flash, RAM without the stack, and how much of the flash is arithmetic of doubles,
which a Cortex-M4F has no instructions for.
"""

import re
import subprocess
import sys

NEVER = re.compile(r"_?(malloc|realloc|calloc|free|.*printf|_Znwj|_Znaj|__cxa_throw)(_r)?")
DOUBLES = re.compile(
    r"__aeabi_(c?d\w+|[fiul]+2d|d2\w+)|__\w*df\w*|frexp|ldexp|scalbn|(__ieee754_)?sqrt|"
    r"_ZN4halo4core(\d+portable_|6detail12integer_root)\w+|_ZN4halo9generator6normal\w+"
)


def run(tool, *arguments):
    return subprocess.run([f"arm-none-eabi-{tool}", *arguments], capture_output=True, text=True,
                          check=True).stdout


def main(image, title, most_flash=None, most_ram=None):
    text, data, bss = (int(n) for n in run("size", image).splitlines()[1].split()[:3])
    places = {}  # two names may stand for one function
    names = set()
    for line in run("nm", "-S", image).splitlines():
        parts = line.split()
        names.add(parts[-1])
        if len(parts) == 4 and parts[2] in "TtWw" and DOUBLES.fullmatch(parts[3]):
            places[parts[0]] = int(parts[1], 16)
    flash = text + data
    ram = data + bss
    print(f"{title:<28} {flash:7} {ram:8} {sum(places.values()):8}")
    faults = [f"in the image: {name}" for name in sorted(names) if NEVER.fullmatch(name)]
    for what, found, most in (("flash", flash, most_flash), ("RAM", ram, most_ram)):
        if most and found > int(most):
            faults.append(f"{found} bytes of {what}, at most {most}")
    print("".join(f"{fault}\n" for fault in faults), end="")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
