#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails unless an evolution by several ranks has the bits of one by one, even where a rank dies.

ranks_test.py HALO_EVOLVE_RULE with|without      with: it was built with MPI

77 without MPI or mpirun: skipped.
"""

import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n"]
# without a network, and without the right to look into each other's memory
LOCAL = {"OMPI_MCA_btl": "self,vader", "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}
EVOLVE = ["--quick", "--updates", "24", "--every", "1"]


def start(ranks, program, *arguments):
    return subprocess.Popen(
        [*MPIRUN, str(ranks), program, *EVOLVE, *arguments],
        env=os.environ | LOCAL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(run):
    """Its status and what it said."""
    _, said = run.communicate(timeout=60)
    return run.returncode, said


def children(pid):
    """The processes that a process began."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:  # it has ended
            continue
        if int(parent) == pid:
            found.append(int(stat.parent.name))
    return sorted(found)


def killed(program, out):
    """An evolution by four ranks, one of which dies once there is a checkpoint; False: too late."""
    run = start(4, program, "--out", out)
    while run.poll() is None and not pathlib.Path(f"{out}.training.safetensors").exists():
        time.sleep(0.002)
    ranks = children(run.pid)
    if len(ranks) == 4:
        os.kill(ranks[2], signal.SIGKILL)
    status, said = end(run)
    done = pathlib.Path(f"{out}.safetensors").exists()
    if status == 0 and not done:
        sys.exit(f"a rank died and mpirun says that all is well: {said}")
    return not done


def bytes_of(out):
    return pathlib.Path(f"{out}.safetensors").read_bytes()


def main(program, built):
    if built != "with" or shutil.which(MPIRUN[0]) is None:
        print("skipped: expected a build with MPI and mpirun (Debian: libopenmpi-dev, openmpi-bin)")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        one, three, again = (os.path.join(folder, name) for name in ("one", "three", "again"))
        subprocess.run([program, *EVOLVE, "--out", one], check=True, capture_output=True)
        status, said = end(start(3, program, "--out", three))
        if status != 0:
            sys.exit(f"three ranks: {status}, {said}")
        if bytes_of(three) != bytes_of(one):
            sys.exit("three ranks: expected the bits of one, found others")
        if not any(killed(program, f"{again}{attempt}") for attempt in range(5)):
            sys.exit("expected a rank to be killed before the end, found five runs too short")
        again = max(glob.glob(f"{again}*.training.safetensors")).partition(".training")[0]
        status, said = end(
            start(2, program, "--out", again, "--resume", f"{again}.training.safetensors")
        )
        if status != 0:
            sys.exit(f"resumed: {status}, {said}")
        if bytes_of(again) != bytes_of(one):
            sys.exit("resumed by two ranks: expected the bits of one, found others")
        status, said = end(start(2, program, "--resume", f"{one}.safetensors"))
        if status == 0 or "one.safetensors" not in said:
            sys.exit(f"a file of another kind: expected an error, found {status}, {said}")
    print("one, three, and four of which one died and then two ranks: the same bits")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
