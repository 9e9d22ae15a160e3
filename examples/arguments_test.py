#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a program takes a number that is none, or an option that its usage does not name.

arguments_test.py PROGRAM...

Options and what they take are read from what --help prints: N and M stand for numbers, a,b and
a|b for words. Every wrong value must end the program with 2 and one sentence that names option
and value.
"""

import pathlib
import re
import subprocess
import sys

NUMBERS = ["abc", "", "-1", "1x", "0x10", " 5", "5 ", "1e400", "nan", "99999999999999999999999"]
OPTION = re.compile(r"\[(--[a-z-]+)(?: ([^\]\[]+))?[\]\[]")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)


def wrong(program, option, value):
    answer = run(program, option, *value)
    first = answer.stderr.splitlines()[0] if answer.stderr else ""
    if answer.returncode == 2 and first.startswith(option) and all(v in first for v in value):
        return []
    return [f"{pathlib.Path(program).name} {option} {value}: {answer.returncode}, says '{first}'"]


def check(program):
    usage = run(program, "--help").stdout.split("\n\n")[0]
    options = OPTION.findall(usage.replace("\n", " "))
    if not options:
        return [f"{program}: --help names no option"]
    bad = wrong(program, "--no-such-option", [])
    for option, takes in options:
        if not takes:
            continue
        bad += wrong(program, option, [])  # the value is missing
        if re.fullmatch(r"[NMF]|PERCENT", takes.strip()):
            for value in NUMBERS:
                bad += wrong(program, option, [value])
        elif re.search(r"[|,]", takes):
            bad += wrong(program, option, ["no-such-word"])
    return bad


faults = [fault for program in sys.argv[1:] for fault in check(program)]
print("\n".join(faults))
print(f"{len(sys.argv) - 1} programs, {len(faults)} faults")
sys.exit(1 if faults or len(sys.argv) == 1 else 0)
