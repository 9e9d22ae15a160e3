#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes a library of the kind that Arduino and PlatformIO install: what a device runs, one header.

make.py FOLDER      FOLDER is made; zipped it is what "Add .ZIP Library" takes
"""

import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))
import single_header  # noqa: E402


def make(folder):
    example = folder / "examples" / "adapt"
    for made in (folder / "src", example):
        made.mkdir(parents=True, exist_ok=True)
    (folder / "src" / "halo.h").write_text(single_header.joined(["halo/device.hpp"]))
    for manifest in ("library.properties", "library.json"):
        text = (HERE / manifest).read_text()
        (folder / manifest).write_text(text.replace("@VERSION@", single_header.version()))
    shutil.copy(HERE / "adapt" / "adapt.ino", example)
    shutil.copy(ROOT / "LICENSE", folder)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    make(pathlib.Path(sys.argv[1]))
