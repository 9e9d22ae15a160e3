#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What it costs to compile halo: processor seconds and peak memory of one compiler process.

measure.py [COMPILER...]     the compiler's command, default c++

Fails when the main example takes 20 s or 1 GB, as does the umbrella header alone.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIMIT_SECONDS, LIMIT_BYTES = 20, 1_000_000_000
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
        example = ROOT / "examples" / "adapt_gas_sensor.cpp"
        print(f"{'source':36} {'seconds':>8} {'MB':>6}")
        for name, source in (("#include <halo/halo.hpp>", umbrella), (example.name, example)):
            seconds, memory = measure([*compiler, *FLAGS, f"-I{ROOT / 'include'}", "-c",
                                       str(source), "-o", str(pathlib.Path(folder, "out.o"))])
            print(f"{name:36} {seconds:8.2f} {memory / 1e6:6.0f}", flush=True)
            if seconds >= LIMIT_SECONDS or memory >= LIMIT_BYTES:
                broken.append(f"{name}: at most {LIMIT_SECONDS} s and {LIMIT_BYTES / 1e6:.0f} MB")
    print("\n".join(broken) if broken else "within all limits")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
