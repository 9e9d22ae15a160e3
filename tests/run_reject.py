#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Passes when a program does not compile and the first error says what the program expects it to.

run_reject.py SOURCE COMPILER [ARGUMENT...]

The source holds the expected text once, in a comment of its own line: // error: the text
"""

import os
import re
import subprocess
import sys

source, command = sys.argv[1], sys.argv[2:]
with open(source, encoding="utf-8") as file:
    expected = re.findall(r"^// error: (.+)$", file.read(), re.MULTILINE)
if len(expected) != 1:
    sys.exit(f"{source}: one line '// error: the text' is needed, found {len(expected)}")

run = subprocess.run(
    [*command, "-fsyntax-only", "-fmax-errors=1", "-fdiagnostics-color=never", source],
    capture_output=True,
    text=True,
    env={**os.environ, "LC_ALL": "C"},
)
if run.returncode == 0:
    sys.exit(f"{source}: compiles, but must not")
errors = [line for line in run.stderr.splitlines() if "error: " in line]
if not errors or expected[0] not in errors[0]:
    sys.exit(f"{source}: expected in the first error: {expected[0]}\nfound:\n{run.stderr}")
print(errors[0])
