#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a source breaks a rule of the house that no compiler knows."""

import pathlib
import re
import sys
import unicodedata

LICENCE = "// SPDX-License-Identifier: BSD-3-Clause"
FOLDERS = ("include", "tests", "benchmarks", "examples", "scripts", "cmake")
MARKS = ("TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK", "not " "implemented", "place" "holder")
LEFTOVERS = re.compile(r"\b(" + "|".join(MARKS) + r")\b", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|work|tmp|mnt|Users)/\w")
MADE = re.compile(r"/// Made by halo-(import|embed) of |/// Numbers of a network\.$")
VERSIONS = {"XSIMD_VERSION": "simd/native.hpp", "XTENSOR_VERSION": "tensor/xt.hpp"}
LAZY = re.compile(r"\bauto\b[^;=()]*=\s*xt::")


def check_lines(name, lines, bad):
    header = name.startswith("include/")
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}"
        columns = sum(1 for letter in line if not unicodedata.combining(letter))
        if columns > 100:
            bad.append(f"{where}: {columns} columns, at most 100")
        if LEFTOVERS.search(line):
            bad.append(f"{where}: a leftover: {line.strip()}")
        if MACHINE.search(line):
            bad.append(f"{where}: the path of one machine: {line.strip()}")
        if line != line.rstrip() or "\t" in line:
            bad.append(f"{where}: a tab or trailing space")
        if header:
            check_header_line(name, where, line, bad)


def check_header_line(name, where, line, bad):
    code = line.split("//")[0]
    for macro, home in VERSIONS.items():
        if macro in code and name != f"include/halo/{home}":
            bad.append(f"{where}: {macro} belongs to {home}")
    if LAZY.search(code):
        bad.append(f"{where}: auto holds a lazy expression; name the container")
    if re.search(r"\busing namespace (?!halo)", code):
        bad.append(f"{where}: using namespace in a header")
    if "xsimd::" in code and name != "include/halo/simd/native.hpp":
        bad.append(f"{where}: only simd/native.hpp names xsimd")
    if "std::bit_cast" in code and name.startswith("include/"):
        bad.append(f"{where}: core::bit_cast stands for std's, which Emscripten lacks")
    if "std::to_chars" in code and name != "include/halo/io/shortest.hpp":
        bad.append(f"{where}: io::shortest stands for std's, which Emscripten lacks for floats")
    macro = re.match(r"\s*#\s*define\s+(\w+)", code)
    if macro and not macro.group(1).startswith("HALO_"):
        bad.append(f"{where}: the macro {macro.group(1)} does not start with HALO_")


def check(root):
    bad = []
    for folder in FOLDERS:
        for file in sorted((root / folder).glob("**/*")):
            if file.suffix not in {".hpp", ".cpp", ".py", ".sh", ".in"} or not file.is_file():
                continue
            name = file.relative_to(root).as_posix()
            lines = file.read_text().splitlines()
            head = lines[:2]
            if any(MADE.match(line) for line in lines[:20]):
                pass  # as a user's own file: under no licence of ours
            elif file.suffix in {".hpp", ".cpp"} and head[:1] != [LICENCE]:
                bad.append(f"{name}:1: the first line is not {LICENCE}")
            elif not any("SPDX-License-Identifier: BSD-3-Clause" in line for line in head):
                bad.append(f"{name}:1: no licence line")
            if file.suffix == ".hpp" and name.startswith("include/"):
                once = not name.startswith("include/halo/macros_")  # read again and again
                if once and head[1:2] != ["#pragma once"]:
                    bad.append(f"{name}:2: no #pragma once")
                macros = 4 if "#include <halo/macros_aside.hpp>" in lines else 0
                if len(lines) > 255 + macros and "/pretrained/" not in name:
                    bad.append(f"{name}: {len(lines)} lines, at most 255")
            check_lines(name, lines, bad)
    return bad


if __name__ == "__main__":
    faults = check(pathlib.Path(sys.argv[1]))
    print("\n".join(faults))
    sys.exit(1 if faults else 0)
