#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs a program by mpirun, on this machine alone; 77 where there is no mpirun: skipped.

run_ranks.py RANKS PROGRAM [ARGUMENT...]
"""

import os
import shutil
import subprocess
import sys

MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n"]
# without a network, and without the right to look into each other's memory
LOCAL = {"OMPI_MCA_btl": "self,vader", "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}


def main(arguments):
    if shutil.which(MPIRUN[0]) is None:
        print("skipped: expected mpirun (Debian: openmpi-bin), found none")
        return 77
    run = subprocess.run([*MPIRUN, *arguments], env=os.environ | LOCAL, check=False)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
