#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when halo-reproduce does not go on where it was killed, or its numbers depend on that.

reproduce_test.py PROGRAM REPORT

Runs small experiments on the data that come with halo: at once on one thread, and on three after
a kill and with half a line behind; the lines must be the same. A page is made of them.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

program, report = sys.argv[1:]
folder = pathlib.Path(tempfile.mkdtemp())
# No data sets: gases from the excerpt, and a task that is invented.
command = [program, "policies", "tasks", "stability", "--quick", "--data", str(folder)]


def run(out, threads, *more):
    return subprocess.run(command + ["--out", out, "--threads", str(threads), *more], check=True,
                          capture_output=True, text=True).stdout


def lines(path):
    """Sorted, without what the clock says."""
    all_lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    for line in all_lines:
        for point in line["points"]:
            del point["seconds"]
    return sorted(all_lines, key=lambda line: line["key"])


whole, parts = folder / "whole.jsonl", folder / "parts.jsonl"
run(whole, 1)
with subprocess.Popen(command + ["--out", parts, "--threads", "3"], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL) as first:
    while first.poll() is None and (not parts.exists() or parts.stat().st_size < 20_000):
        time.sleep(0.001)
    first.kill()
done = parts.read_bytes()
assert done.count(b"\n") < len(lines(whole)), "it ended before it was killed"
parts.write_bytes(done[:done.rindex(b"\n") + 1] + b'{"key": "pol')
left = len(lines(whole)) - done.count(b"\n")
said = run(parts, 3)
assert f"{left} of them to do" in said, said
assert lines(parts) == lines(whole), "other numbers after a kill, or with other threads"
assert "0 of them to do" in run(parts, 3)

notes = folder / "notes.txt"
notes.write_text("no line of results")
no_lines = subprocess.run(command + ["--out", notes], capture_output=True, text=True)
assert no_lines.returncode == 1 and "no line of results" in no_lines.stderr, no_lines.stderr
assert notes.read_text() == "no line of results", "another file was emptied"

some = folder / "some.jsonl"
run(some, 2, "--arm", "halo")
asked = [line for line in lines(whole) if line["arm"].startswith("halo")]
assert lines(some) == asked and {line["arm"] for line in asked} == {"halo"}, "other arms"
no_arm = subprocess.run(command + ["--out", some, "--arm", "Hallo"], capture_output=True, text=True)
assert no_arm.returncode == 1 and "'Hallo'" in no_arm.stderr, no_arm.stderr

for line in lines(whole):
    last = line["points"][-1]
    assert last["network_joules"] > 0 and last["iterations"] > 0, line["key"]

page = folder / "page.html"
subprocess.run([sys.executable, report, whole, page], check=True, capture_output=True)
text = page.read_text(encoding="utf-8")
for words in ("Policies at equal operations", "Stability", "Tasks that meta-training"):
    assert words in text, words
print(f"{len(lines(whole))} runs, {left} of them after a kill")
