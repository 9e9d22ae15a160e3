#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails unless halo-specialise says before it evolves anything what it cannot work with.

specialise_test.py PROGRAM SCRIPT
"""

import os
import pathlib
import subprocess
import sys
import tempfile

program, script = sys.argv[1:]
faults = []


def refused(command, code, expected, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode != code or expected not in done.stderr or "evolv" in done.stderr:
        faults.append(f"{command}: expected '{expected}', found {done.returncode}, {done.stderr}")


def rows(path, domains, each):
    """Rows of 128 features and three classes, as the network of examples/support takes them."""
    names = [f"f{i}" for i in range(128)]
    lines = [",".join(names + ["domain", "label"])]
    for domain in range(domains):
        for row in range(each):
            lines.append(",".join([str((7 * row + i) % 11) for i in range(128)]
                                  + [str(domain), str(row % 3)]))
    path.write_text("\n".join(lines) + "\n")
    return path


with tempfile.TemporaryDirectory() as there:
    folder = pathlib.Path(there)
    few, one = rows(folder / "few.csv", 5, 6), rows(folder / "one.csv", 1, 60)
    refused([program, "--quick", "--data", few], 1,
            "halo-specialise: domains that choose: expected one with 12 rows to learn from, "
            "beside those held out, found ")
    refused([program, "--quick", "--data", one], 1,
            "halo-specialise: domains: expected two to learn from beside 1 that judge, found 1")
    refused([program, "--quick", "--out", folder / "none" / "rule"], 1,
            "expected a folder that is there, found none")
    header = folder / "network.hpp"
    header.write_text("")
    refused(["bash", script, header, "--help"], 2,
            "halo-specialise: CXX: expected a compiler of C++20, found no 'no-such-compiler'",
            env=os.environ | {"CXX": "no-such-compiler -O0"})
    refused(["bash", script, folder / "none.hpp"], 2, "none.hpp: expected a header that defines "
            "network, found no file")
print("\n".join(faults) or "all as it should be")
sys.exit(1 if faults else 0)
