#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a header does not compile alone and twice, or minds other people's macros.

check_headers.py ROOT [--without HEADER] [--macros] COMPILER [ARGUMENT...]

Parses, two headers at a time; with --macros only all of them in one program behind macros.
"""

import concurrent.futures
import pathlib
import subprocess
import sys

POISON = "tests/header/poison.cpp"


def parse(root, command, name, others):
    """What the compiler says of one header, or of all others behind macros; empty: nothing."""
    if name == POISON:
        all_of_them = "".join(f"#include <{other}>\n" for other in others)
        text = (root / name).read_text()
        assert text.count("#include <halo/halo.hpp>\n") == 1, POISON
        text = text.replace("#include <halo/halo.hpp>\n", all_of_them)
    else:
        text = f"#include <{name}>\n#include <{name}>\n"
    run = subprocess.run(
        [*command, "-fsyntax-only", "-x", "c++", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{name}:\n{run.stderr}" if run.returncode != 0 else ""


def main(root, arguments):
    without = set()
    while arguments[0] == "--without":
        without.add(arguments[1])
        arguments = arguments[2:]
    only_macros = arguments[0] == "--macros"
    arguments = arguments[1:] if only_macros else arguments
    include = root / "include"
    names = [f.relative_to(include).as_posix() for f in sorted(include.glob("halo/**/*.hpp"))]
    names = [n for n in names if n not in without and not n.startswith("halo/macros_")]
    inner = [n for n in names if n.count("/") > 1]  # no umbrella
    names = [POISON, *([] if only_macros else names)]
    command = [*arguments, "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    with concurrent.futures.ThreadPoolExecutor(2) as two:
        bad = [said for said in two.map(lambda n: parse(root, command, n, inner), names) if said]
    print("\n".join(bad))
    print(f"{len(names)} programs, {len(bad)} faults")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
