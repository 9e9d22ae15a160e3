#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes headers of halo, and all that they include of it, into one file.

single_header.py FILE [HEADER...]

    single_header.py halo_single.hpp                    all of halo
    single_header.py halo_device.hpp halo/device.hpp    what a device runs

A HEADER is named as a program includes it; halo/learned/pretrained/... may stand beside others.
What is not halo's stays an #include: the standard library, xsimd, and above the device storey
xtensor and POSIX.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r"\s*#\s*include\s*[<\"]([^>\"]+)[>\"]")
CONDITION = re.compile(r"\s*#\s*(if|endif)")
MACROS = ("halo/macros_aside.hpp", "halo/macros_back.hpp")  # once around all of it


class Joiner:
    """The lines of headers in the order in which a compiler reads them, each header once."""

    def __init__(self):
        self.lines, self.halo, self.others = [], set(), set()

    def add(self, name):
        if name in self.halo or name in MACROS:
            return
        self.halo.add(name)
        depth = 0  # of #if
        written = 0  # lines of this header
        for line in (ROOT / "include" / name).read_text().splitlines():
            found = INCLUDE.match(line)
            condition = CONDITION.match(line)
            if condition:
                depth += 1 if condition.group(1) == "if" else -1
            if found and found.group(1).startswith("halo/"):
                other = found.group(1)
                if depth > 0 and other not in self.halo:
                    sys.exit(f"{name}: includes {other} under a condition, which one file cannot")
                self.add(other)
                continue
            if found and depth == 0:
                if found.group(1) in self.others:
                    continue
                self.others.add(found.group(1))
            if line == "#pragma once" or line.startswith("// SPDX-"):
                continue
            if not line and (not self.lines or not self.lines[-1]):
                continue  # no two empty lines in a row
            if written == 0 and line:
                self.lines += [] if self.lines and not self.lines[-1] else [""]
                self.lines.append(f"// {name}")
            written += 1 if line else 0
            self.lines.append(line)


def version():
    text = (ROOT / "include/halo/version.hpp").read_text()
    return ".".join(re.findall(r"^#define HALO_VERSION_\w+ (\d+)", text, re.MULTILINE))


def text_of(name):
    lines = (ROOT / "include" / name).read_text().splitlines()
    return [line for line in lines if not line.startswith("//")]


def joined(headers):
    all_of_it = Joiner()
    for header in headers:
        all_of_it.add(header)
    licence = (ROOT / "LICENSE").read_text().splitlines()
    return "\n".join(
        [
            "// SPDX-License-Identifier: BSD-3-Clause",
            f"// halo {version()} in one file: {', '.join(headers)}.",
            "// Made by scripts/single_header.py; a program includes this file or halo's folder.",
            "//",
            *(f"// {line}".rstrip() for line in licence),
            "#pragma once",
            "",
            "#if defined(HALO_VERSION_MAJOR)",
            '#  error "halo: included as one file and as a folder; take one of them"',
            "#endif",
            *text_of(MACROS[0])[1:],
            *all_of_it.lines,
            *text_of(MACROS[1]),
            "",
        ]
    )


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    pathlib.Path(sys.argv[1]).write_text(joined(sys.argv[2:] or ["halo/halo.hpp"]))
