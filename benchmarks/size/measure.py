#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Weighs and times the smallest program that adapts, beside the same program over Eigen and beside
a program that does nothing.

measure.py [COMPILER...]     the compiler's command, default c++

Fails when a limit is broken: 200 KB of its own code with the C++ library inside, 200 KB above a
program that does nothing when the C library is inside too, 2 ms from start to end, no dynamic
library but those of C and C++, and what is included but not used: 64 bytes for all that a device
runs, 512 for all of halo, whose containers (xtensor) bring the start of the C++ streams along.
Sizes are of stripped files; KB = 1000 bytes.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIMIT_BYTES, LIMIT_SECONDS, RUNS = 200_000, 2e-3, 300
UNUSED = {"halo/device.hpp": 64, "halo/halo.hpp": 512}  # bytes that an umbrella may cost
ALLOWED = re.compile(r"(libc|libm|libstdc\+\+|libgcc_s|ld-linux[-\w]*)\.so\.\d+")
LINKS = {
    "dynamic": [],
    "C++ library inside": ["-static-libstdc++", "-static-libgcc"],
    "all inside": ["-static"],
}
COMMON = ["-std=c++20", "-DNDEBUG", "-fno-math-errno", "-ffunction-sections", "-fdata-sections"]
LINK = ["-Wl,--gc-sections", "-s"]


def flags_of(package, fallback):
    try:
        run = subprocess.run(["pkg-config", "--cflags", package], capture_output=True, text=True)
        return run.stdout.split() if run.returncode == 0 else fallback
    except FileNotFoundError:
        return fallback


def run_compiler(command, name, may_lack_static=False):
    """False where it does not link (no static libraries here)."""
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0 and may_lack_static and "error:" not in run.stderr:
        return False
    if run.returncode != 0:
        sys.exit(f"{name}: {run.stderr}")
    return True


def start_up(program):
    """Least and median seconds of fork, exec, run and wait."""
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        child = os.posix_spawn(program, [str(program)], os.environ, file_actions=silent)
        status = os.waitpid(child, 0)[1]
        seconds.append(time.perf_counter() - begin)
        if status != 0:
            sys.exit(f"{program.name}: ended with {status}")
    return min(seconds), statistics.median(seconds)


def needed(program):
    text = subprocess.run(["readelf", "-d", str(program)], capture_output=True, text=True,
                          check=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def loaded(program):
    """Bytes of code and data."""
    text = subprocess.run(["size", str(program)], capture_output=True, text=True, check=True).stdout
    return int(text.splitlines()[1].split()[3])


def unused(compiler, flags, folder):
    """What the smallest program weighs more with an umbrella in front, and which limits break."""
    broken, bare = [], 0
    for umbrella in ("", *UNUSED):
        source, target = folder / "umbrella.cpp", folder / "umbrella"
        front = f"#include <{umbrella}>\n" if umbrella else ""
        source.write_text(f'{front}#include "{HERE / "smallest.cpp"}"\n')
        run_compiler([*compiler, *COMMON, *LINK, "-Os", *flags, str(source), "-o", str(target)],
                     umbrella or "smallest.cpp")
        more = loaded(target) - bare
        if not umbrella:
            bare = more
            continue
        print(f"included, not used: {umbrella}: {more} bytes")
        if more > UNUSED[umbrella]:
            broken.append(f"{umbrella} costs {more} bytes where nothing of it is used")
    return broken


def main():
    compiler = sys.argv[1:] or ["c++"]
    broken = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        nothing = folder / "nothing.cpp"
        nothing.write_text("int main() {}\n")
        eigen = flags_of("eigen3", ["-I/usr/include/eigen3"])
        programs = {"nothing": (nothing, []), "Eigen": (HERE / "eigen.cpp", eigen),
                    "halo": (HERE / "smallest.cpp",
                             [f"-I{ROOT / 'include'}", *flags_of("xtensor", []),
                              *flags_of("xsimd", [])])}
        if not any(pathlib.Path(f.removeprefix("-I"), "Eigen").exists() for f in eigen):
            del programs["Eigen"]
        print(f"{'program':8} {'-O':3} {'libraries':20} {'bytes':>9} {'least us':>9} {'median':>7}"
              "  needs")
        for level in ("s", "2"):
            empty = 0
            for name, (source, flags) in programs.items():
                run_compiler([*compiler, *COMMON, f"-O{level}", *flags, "-c", str(source), "-o",
                              str(folder / f"{name}.o")], source.name)
            for link, link_flags in LINKS.items():
                for name in programs:
                    target = folder / "program"
                    if not run_compiler([*compiler, *COMMON, *LINK, f"-O{level}", *link_flags,
                                         str(folder / f"{name}.o"), "-o", str(target)], name,
                                        "-static" in link_flags):
                        print(f"{name:8} {level:3} {link:20} {'not installed':>9}")
                        continue
                    size = target.stat().st_size
                    least, median = start_up(target)
                    libraries = needed(target)
                    print(f"{name:8} {level:3} {link:20} {size:9} {least * 1e6:9.0f}"
                          f" {median * 1e6:7.0f}  {' '.join(libraries) or 'nothing'}")
                    empty = size if name == "nothing" else empty
                    if name != "halo":
                        continue
                    own = size - (empty if link == "all inside" else 0)
                    label = f"halo -O{level}, {link}"
                    if own >= LIMIT_BYTES:
                        broken.append(f"{label}: {own} bytes of its own")
                    if least >= LIMIT_SECONDS:
                        broken.append(f"{label}: {least * 1e3:.2f} ms")
                    broken += [f"{label}: needs {l}" for l in libraries if not ALLOWED.fullmatch(l)]
        broken += unused(compiler, programs["halo"][1], folder)
    print("\n".join(["", *broken]) if broken else "within all limits")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
