#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What it costs to compile halo: processor seconds and peak memory of one compiler process.

measure.py [COMPILER...]     the compiler's command, default c++

Machines differ twofold, hours on one of them by a half: seconds are compared to those of a program
of the standard library alone, one regular expression. Fails when the main example or the umbrella
header alone takes 6 times as long, or 1 GB.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIMIT_RATIO, LIMIT_BYTES = 6, 1_000_000_000
REFERENCE = """#include <regex>
int main(int, char** v) { return std::regex_match(v[0], std::regex("a+b")) ? 0 : 1; }
"""
FLAGS = ["-std=c++20", "-O3", "-DNDEBUG", "-march=native", "-fno-math-errno"]


def measure(command):
    """Processor seconds and peak bytes of a command and all it starts."""
    process = subprocess.Popen(command, env={**os.environ, "CCACHE_DISABLE": "1"})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    compiler = sys.argv[1:] or ["c++"]
    broken = []
    with tempfile.TemporaryDirectory() as folder:
        umbrella = pathlib.Path(folder, "umbrella.cpp")
        umbrella.write_text("#include <halo/halo.hpp>\nint main() {}\n")
        reference = pathlib.Path(folder, "reference.cpp")
        reference.write_text(REFERENCE)
        example = ROOT / "examples" / "adapt_gas_sensor.cpp"
        print(f"{'source':36} {'seconds':>8} {'ratio':>6} {'MB':>6}")
        base = None
        for name, source in (("a regular expression", reference),
                             ("#include <halo/halo.hpp>", umbrella), (example.name, example)):
            seconds, memory = measure([*compiler, *FLAGS, f"-I{ROOT / 'include'}", "-c",
                                       str(source), "-o", str(pathlib.Path(folder, "out.o"))])
            base = base or seconds
            print(f"{name:36} {seconds:8.2f} {seconds / base:6.2f} {memory / 1e6:6.0f}", flush=True)
            if seconds >= LIMIT_RATIO * base or memory >= LIMIT_BYTES:
                broken.append(f"{name}: at most {LIMIT_RATIO} times a regular expression's seconds "
                              f"and {LIMIT_BYTES / 1e6:.0f} MB")
    print("\n".join(broken) if broken else "within all limits")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
