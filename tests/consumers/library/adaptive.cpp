// SPDX-License-Identifier: BSD-3-Clause
#include "adaptive.hpp"

adaptive_version version_of_halo() {
  return {{}, HALO_VERSION_MAJOR, HALO_VERSION_MINOR, HALO_VERSION_PATCH};
}
