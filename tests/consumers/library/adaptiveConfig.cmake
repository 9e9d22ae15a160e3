# SPDX-License-Identifier: BSD-3-Clause
include(CMakeFindDependencyMacro)
find_dependency(halo)
include("${CMAKE_CURRENT_LIST_DIR}/adaptiveTargets.cmake")
