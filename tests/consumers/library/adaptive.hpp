// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/core.hpp>

/// halo's version as the library was compiled, which needs halo's headers where it is used too.
struct adaptive_version {
  halo::shape<3> parts;
  int major_part, minor_part, patch_part;
};
adaptive_version version_of_halo();
