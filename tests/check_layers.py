#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a header includes a room or a storey it may not know: architecture.md as a map."""

import pathlib
import re
import sys

KNOWS = {  # room: the rooms it may include besides itself
    "core": "",
    "simd": "core",
    "tensor": "core simd",
    "kernel": "core simd",
    "autodiff": "core simd kernel",
    "measure": "core",
    "nn": "core simd kernel autodiff measure",
    "optim": "core simd kernel",
    "io": "core tensor",
    "data": "core tensor io",
    "learned": "core simd kernel autodiff optim io",
    "task": "core simd tensor kernel autodiff measure nn data",
    "zoo": "core simd tensor kernel autodiff measure nn data io",
    "meta": "core simd tensor kernel autodiff measure nn optim learned task data io",
    "energy": "core simd kernel autodiff measure nn optim io",
    "adapt": "core simd tensor kernel autodiff measure nn optim learned data io energy",
}
# Three storeys, lowest first; a header sees its own and those below, whatever its room may include.
# halo/device.hpp, halo/store.hpp and halo/lab.hpp include a storey with all below it.
STOREYS = ("device", "store", "lab")
STOREY = {  # a room, or a header that lives elsewhere than its room; the rest is device
    "tensor": "store",
    "io": "store",
    "data": "store",
    "energy/csv_log.hpp": "store",
    "energy/find_meter.hpp": "store",
    "energy/perf_power.hpp": "store",
    "energy/rapl.hpp": "store",
    "energy/raspberry_pi5.hpp": "store",
    "energy/sensors.hpp": "store",
    "energy/sysfs.hpp": "store",
    "adapt/checkpoint.hpp": "store",
    "adapt/checkpoint_bytes.hpp": "store",
    "adapt/flash_bytes_header.hpp": "store",
    "adapt/flash_header.hpp": "store",
    "learned/weights_file.hpp": "store",
    "task": "lab",
    "zoo": "lab",
    "meta": "lab",
    "autodiff/check.hpp": "lab",
    "autodiff/dense.hpp": "lab",
    "autodiff/fast.hpp": "lab",
    "autodiff/gradient.hpp": "lab",
    "autodiff/sweep.hpp": "lab",
    "autodiff/tape.hpp": "lab",
    "autodiff/variable.hpp": "lab",
    "learned/lane_gradient.hpp": "lab",
    "learned/scalar_gradient.hpp": "lab",
    "learned/taped_reader.hpp": "lab",
    "learned/unroll.hpp": "lab",
    "optim/contract.hpp": "lab",
    "optim/contract_subject.hpp": "lab",
}
FROM = {  # what only this storey and those above may include
    "store": {"fcntl.h", "filesystem", "fstream", "map", "sstream", "sys/stat.h", "unistd.h"},
    "lab": {"condition_variable", "future", "mutex", "thread"},
}
# need another library; whoever wants one includes it
OPTIONAL = {"data/png.hpp", "io/gzip.hpp", "meta/ranks.hpp"}
ANYWHERE = {"macros_aside.hpp", "macros_back.hpp", "version.hpp"}
THIRD_PARTY = {"xsimd": "simd/native.hpp", "xtensor": "tensor/xt.hpp", "xtl": "tensor/xt.hpp"}
TOO_HEAVY = {"iostream", "ranges", "random", "functional", "regex"}


def storey(name):
    """Its number: 0 device, 1 store, 2 lab."""
    return STOREYS.index(STOREY.get(name, STOREY.get(name.split("/")[0], "device")))


def includes(file):
    return re.findall(r'#\s*include\s*[<"]([^>"]+)[>"]', file.read_text())


def reached(root, name):
    """The headers of rooms that a header of halo includes, itself or by another."""
    ahead, seen = [name], set()
    while ahead:
        for other in includes(root / "include" / "halo" / ahead.pop()):
            if other.startswith("halo/") and other[5:] not in seen:
                seen.add(other[5:])
                ahead.append(other[5:])
    return {name for name in seen if "/" in name}


def headers(root):
    """The headers of rooms by their names."""
    folder = root / "include" / "halo"
    return {f.relative_to(folder).as_posix(): f for f in sorted(folder.glob("*/**/*.hpp"))}


def umbrella_of(root, number):
    """What the umbrella of a storey includes: a room that is all there, or single headers."""
    names = [n for n in headers(root) if "pretrained/" not in n and n not in OPTIONAL]
    lines = [f"halo/{STOREYS[number - 1]}.hpp"] if number > 0 else []
    for room in KNOWS:
        mine = [n for n in names if n.startswith(f"{room}/")]
        here = [n for n in mine if storey(n) == number]
        lines += [f"halo/{room}.hpp"] if here and here == mine else [f"halo/{n}" for n in here]
    return lines


def check_storeys(root):
    bad = []
    folder = root / "include" / "halo"
    files = headers(root)
    for name in STOREY:
        if name not in files and not (folder / name).is_dir():
            bad.append(f"check_layers.py: {name} has a storey and is not there")
    for name, file in files.items():
        own = storey(name)
        for seen in includes(file):
            if seen[5:] in files and storey(seen[5:]) > own:
                bad.append(f"{name}: {STOREYS[own]} may not include {seen}")
            for floor, words in FROM.items():
                if seen in words and STOREYS.index(floor) > own:
                    bad.append(f"{name}: {STOREYS[own]} may not include <{seen}>")
    for number, floor in enumerate(STOREYS):
        umbrella = reached(root, f"{floor}.hpp")
        wanted = {n for n in files if storey(n) <= number and "pretrained/" not in n} - OPTIONAL
        bad += [f"{floor}.hpp: lacks {name}" for name in sorted(wanted - umbrella)]
        bad += [f"{floor}.hpp: includes {n}" for n in sorted(umbrella) if storey(n) > number]
    return bad


def check(root):
    bad = check_storeys(root)
    for file in sorted((root / "include" / "halo").glob("*/**/*.hpp")):
        name = file.relative_to(root / "include" / "halo").as_posix()
        room = name.split("/")[0]
        if room not in KNOWS:
            bad.append(f"{name}: {room} is not a room of the map in check_layers.py")
            continue
        for seen in includes(file):
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
