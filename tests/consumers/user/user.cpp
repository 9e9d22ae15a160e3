// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>

#include <adaptive.hpp>

int main() {
  adaptive_version const v = version_of_halo();
  std::printf("halo %d.%d.%d\n", v.major_part, v.minor_part, v.patch_part);
  return 0;
}
