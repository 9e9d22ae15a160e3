#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a file on disk is missing from the build's lists, a header has no test of its name, or
one uses a name that may be somebody's macro and does not put macros aside.

check_lists.py ROOT            checks
check_lists.py ROOT --update   writes the lists anew from what is on disk
"""

import pathlib
import re
import sys

import check_layers

# (build file, name of the list in it, the patterns its entries match)
LISTS = [
    ("include/meson.build", "headers", ["halo/**/*.hpp"]),
    ("tests/meson.build", "units", ["*_test.cpp", "*/*_test.cpp"]),
    ("tests/meson.build", "statics", ["static/*.cpp"]),
    ("tests/meson.build", "rejects", ["rejects/*.cpp"]),
    ("tests/meson.build", "fuzzers", ["fuzz/*_fuzz.cpp"]),
    ("benchmarks/meson.build", "benches", ["*/*_bench.cpp"]),
    ("examples/meson.build", "examples", ["*.cpp"]),
]
# need another library; whoever wants one includes it
OPTIONAL = {"halo/data/png.hpp", "halo/io/gzip.hpp", "halo/meta/ranks.hpp"}
ALSO = {"core": ["halo/version.hpp"]}
MACROS = ("halo/macros_aside.hpp", "halo/macros_back.hpp")  # around an umbrella and what needs it
FOREIGN = re.compile(r"#\s*include\s*<(xsimd|xtensor)/")  # these mind macros, too
WORDS = {"I", "emit", "far", "near", "signals", "small"}  # not called
NOT_UNITS = {"main_test.cpp", "simd_main_test.cpp"}


def on_disk(root, build, name, patterns):
    folder = (root / build).parent
    found = {p.relative_to(folder).as_posix() for g in patterns for p in folder.glob(g)}
    if name == "units":
        found = {f for f in found - NOT_UNITS if not f.startswith(("static/", "rejects/"))}
    return sorted(found)


def pattern_of(name):
    return re.compile(rf"^{name} = \[\n(.*?)^\]\n", re.DOTALL | re.MULTILINE)


def update(root):
    for build, name, patterns in LISTS:
        entries = "".join(f"  '{f}',\n" for f in on_disk(root, build, name, patterns))
        text = (root / build).read_text()
        text = pattern_of(name).sub(lambda _: f"{name} = [\n{entries}]\n", text, count=1)
        (root / build).write_text(text)
    for umbrella, includes in umbrellas(root):
        head = umbrella.read_text().partition("#include")[0]  # what stands above it stays
        umbrella.write_text(head + text_of(includes))
    names = aside(root)
    for header in inner(root):
        text = header.read_text()
        if (new := wrapped(text, names)) != text:
            header.write_text(new)


def umbrellas(root):
    """Each with what it includes: a room's, a storey's, and halo.hpp."""
    halo = root / "include" / "halo"
    rooms = rooms_of(root)
    yield halo / "halo.hpp", [f"halo/{room.name}.hpp" for room in rooms]
    for room in rooms:
        yield halo / f"{room.name}.hpp", shared_headers(root, room)
    for number, storey in enumerate(check_layers.STOREYS):
        yield halo / f"{storey}.hpp", check_layers.umbrella_of(root, number)


def text_of(includes):
    """What an umbrella holds below its comment."""
    aside, back = (f"#include <{name}>\n" for name in MACROS)
    lines = [f"#include <{name}>\n" for name in sorted(includes)]
    return "".join([aside, "\n", *lines, "\n", back])


def aside(root):
    """Finds a name that is put aside: one that is called, or a word where a macro is no call."""
    text = (root / "include" / MACROS[0]).read_text()
    names = re.findall(r'#pragma push_macro\("(\w+)"\)', text)
    calls = "|".join(set(names) - WORDS)
    return re.compile(rf"\b({'|'.join(WORDS)})\b|\b({calls})\s*\(")


def wrapped(text, names):
    """A header with macros put aside in front of all that it includes and back at its end, if it
    uses one of the names or includes who does, and else without."""
    before, after = (f"#include <{name}>\n" for name in MACROS)
    text = text.replace(f"{before}\n", "").replace(f"\n{after}", "")
    code = re.sub(r'//.*|"(?:[^"\\\n]|\\.)*"', "", text)
    if not names.search(code) and not FOREIGN.search(text):
        return text
    once = "#pragma once\n\n"
    return text.replace(once, f"{once}{before}\n", 1) + f"\n{after}"


def inner(root):
    """The headers in rooms, but tables of numbers."""
    for header in sorted((root / "include" / "halo").glob("*/**/*.hpp")):
        if "pretrained" not in header.parts:
            yield header


def rooms_of(root):
    folders = sorted((root / "include" / "halo").iterdir())
    return [p for p in folders if p.is_dir() and any(p.glob("*.hpp"))]


def shared_headers(root, room):
    """What the room's umbrella names: all but long tables of numbers and what needs a library."""
    headers = (h.relative_to(root / "include").as_posix() for h in sorted(room.glob("**/*.hpp"))
               if "pretrained" not in h.parts)
    return [h for h in headers if h not in OPTIONAL] + ALSO.get(room.name, [])


def check(root):
    bad = []
    for build, name, patterns in LISTS:
        block = pattern_of(name).search((root / build).read_text())
        if block is None:
            bad.append(f"{build}: the list '{name}' is gone")
            continue
        listed = re.findall(r"'([^']+)'", block.group(1))
        disk = on_disk(root, build, name, patterns)
        bad += [f"{build}: '{name}' lacks {f}" for f in disk if f not in listed]
        bad += [f"{build}: '{name}' lists {f}, which is not there" for f in listed if f not in disk]
        bad += [f"{build}: '{name}' lists {f} twice" for f in disk if listed.count(f) > 1]
    include = root / "include"
    names = aside(root)
    for header in inner(root):
        relative = header.relative_to(include / "halo")
        text = header.read_text()
        if text != wrapped(text, names):
            bad.append(f"{header}: --update puts macros aside in it, or no longer")
        test = root / "tests" / relative.with_name(relative.stem + "_test.cpp")
        if not test.exists():
            bad.append(f"{header}: no test {test.relative_to(root)}")
    for umbrella, includes in umbrellas(root):
        text = umbrella.read_text() if umbrella.exists() else ""
        lacks = [n for n in includes if f"#include <{n}>" not in text]
        bad += [f"{umbrella.relative_to(root)}: lacks #include <{name}>" for name in lacks]
        if not lacks and not text.endswith("\n" + text_of(includes)):
            bad.append(f"{umbrella.relative_to(root)}: --update writes other includes")
    return bad


if __name__ == "__main__":
    top = pathlib.Path(sys.argv[1])
    if "--update" in sys.argv[2:]:
        update(top)
    faults = check(top)
    print("\n".join(faults))
    sys.exit(1 if faults else 0)
