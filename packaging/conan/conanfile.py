# SPDX-License-Identifier: BSD-3-Clause
"""halo for Conan 2, from the sources beside this recipe: conan create packaging/conan"""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout


class HaloConan(ConanFile):
    name = "halo"
    description = "Keeps neural networks learning on the device they run on"
    license = "BSD-3-Clause"
    topics = ("machine-learning", "neural-network", "on-device-learning", "header-only")
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    no_copy_source = True

    def set_version(self):
        header = os.path.join(self.recipe_folder, "..", "..", "include", "halo", "version.hpp")
        numbers = re.findall(r"#define HALO_VERSION_\w+ (\d+)", load(self, header))
        self.version = ".".join(numbers)

    def export_sources(self):
        top = os.path.join(self.recipe_folder, "..", "..")
        copy(self, "include/*", top, self.export_sources_folder)
        copy(self, "LICENSE", top, self.export_sources_folder)

    def layout(self):
        basic_layout(self)

    def requirements(self):
        self.requires("xtensor/[>=0.24.3 <0.28]", transitive_headers=True)
        self.requires("xsimd/[>=8.1 <15]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def package(self):
        top = self.export_sources_folder
        copy(self, "*.hpp", os.path.join(top, "include"), os.path.join(self.package_folder, "include"))
        copy(self, "LICENSE", top, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "halo")
        self.cpp_info.set_property("cmake_target_name", "halo::halo")
        self.cpp_info.set_property("pkg_config_name", "halo")
