// SPDX-License-Identifier: BSD-3-Clause
// error: halo: aligned_array: elements are plain data
#include <string>

#include <halo/core/aligned.hpp>

halo::aligned_array<std::string, 3> names;
