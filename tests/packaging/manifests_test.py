#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails when a package's manifest lacks what its manager asks for, or names another version.

manifests_test.py ROOT
"""

import ast
import importlib.util
import json
import pathlib
import sys
import tempfile

# https://arduino.github.io/arduino-cli/latest/library-specification
PROPERTIES = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url",
              "architectures"}
CATEGORIES = {"Display", "Communication", "Signal Input/Output", "Sensors", "Device Control",
              "Timing", "Data Storage", "Data Processing", "Other"}


def script(file):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def check_board(folder, version):
    lines = (folder / "library.properties").read_text().splitlines()
    properties = dict(line.split("=", 1) for line in lines)
    assert PROPERTIES <= properties.keys(), PROPERTIES - properties.keys()
    assert properties["version"] == version, properties["version"]
    assert properties["category"] in CATEGORIES, properties["category"]
    assert (folder / "src" / properties["includes"]).is_file()
    library = json.loads((folder / "library.json").read_text())
    assert library["version"] == version and library["name"] == properties["name"]
    assert (folder / "src" / library["headers"]).is_file()
    for example in library["examples"]:
        for file in example["files"]:
            assert (folder / example["base"] / file).is_file(), file
    # Arduino finds a sketch by the name of its folder
    for example in (folder / "examples").iterdir():
        assert (example / f"{example.name}.ino").is_file(), example
    others = [line for line in (folder / "src" / "halo.h").read_text().splitlines()
              if line.lstrip().startswith("#") and "include" in line and "<halo/" in line]
    assert not others, others


def check_conan(file):
    """As a class of Python: the names that Conan 2 calls."""
    recipe = next(n for n in ast.parse(file.read_text()).body if isinstance(n, ast.ClassDef))
    methods = {n.name for n in recipe.body if isinstance(n, ast.FunctionDef)}
    wanted = {"set_version", "export_sources", "requirements", "package", "package_id",
              "package_info"}
    assert wanted <= methods, wanted - methods
    fields = {n.targets[0].id: n.value for n in recipe.body if isinstance(n, ast.Assign)}
    assert ast.literal_eval(fields["name"]) == "halo"
    assert ast.literal_eval(fields["package_type"]) == "header-library"


def check_vcpkg(folder, version):
    port = json.loads((folder / "vcpkg.json").read_text())
    assert port["name"] == folder.name == "halo"
    assert port["version"] == version, port["version"]
    named = {d if isinstance(d, str) else d["name"] for d in port["dependencies"]}
    used = (folder / "portfile.cmake").read_text()
    assert {"xtensor", "xsimd", "vcpkg-cmake", "vcpkg-cmake-config"} <= named, named
    assert "vcpkg_install_copyright" in used


def main(root):
    packaging = root / "packaging"
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(root / "scripts"))
    version = script(root / "scripts" / "single_header.py").version()
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work) / "halo"
        script(packaging / "board" / "make.py").make(folder)
        check_board(folder, version)
    check_conan(packaging / "conan" / "conanfile.py")
    check_vcpkg(packaging / "vcpkg" / "halo", version)
    assert "[wrap-git]" in (packaging / "meson" / "halo.wrap").read_text()
    print("4 packages")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
