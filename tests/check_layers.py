#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a header includes a room it may not know: the picture in architecture.md as a map."""

import pathlib
import re
import sys

KNOWS = {  # room: the rooms it may include besides itself
    "core": "",
    "simd": "core",
    "tensor": "core simd",
    "kernel": "core simd",
    "autodiff": "core simd kernel",
    "nn": "core simd kernel autodiff",
    "optim": "core simd kernel",
    "io": "core tensor",
    "data": "core tensor io",
    "learned": "core simd kernel autodiff optim io",
    "task": "core simd tensor kernel autodiff nn data",
    "zoo": "core simd tensor kernel autodiff nn data io",
    "meta": "core simd tensor kernel autodiff nn optim learned task data io",
    "adapt": "core simd tensor kernel autodiff nn optim learned data io",
}
ANYWHERE = {"version.hpp"}
THIRD_PARTY = {"xsimd": "simd/native.hpp", "xtensor": "tensor/xt.hpp", "xtl": "tensor/xt.hpp"}
TOO_HEAVY = {"iostream", "ranges", "random", "functional", "regex"}


def check(root):
    bad = []
    for file in sorted((root / "include" / "halo").glob("*/**/*.hpp")):
        name = file.relative_to(root / "include" / "halo").as_posix()
        room = name.split("/")[0]
        if room not in KNOWS:
            bad.append(f"{name}: {room} is not a room of the map in check_layers.py")
            continue
        for seen in re.findall(r'#\s*include\s*[<"]([^>"]+)[>"]', file.read_text()):
            first, _, rest = seen.partition("/")
            if first == "halo":
                to = rest.split("/")[0]  # an umbrella such as nn.hpp is no room and fails too
                if to not in {room, *KNOWS[room].split()} and to not in ANYWHERE:
                    bad.append(f"{name}: {room} may not include {seen}")
            elif first in THIRD_PARTY and name != THIRD_PARTY[first]:
                bad.append(f"{name}: only {THIRD_PARTY[first]} includes {first}")
            elif seen in TOO_HEAVY:
                bad.append(f"{name}: <{seen}> is too heavy for a header")
            elif first in {"doctest", "benchmark"}:
                bad.append(f"{name}: headers do not include {first}")
    return bad


if __name__ == "__main__":
    faults = check(pathlib.Path(sys.argv[1]))
    print("\n".join(faults))
    sys.exit(1 if faults else 0)
