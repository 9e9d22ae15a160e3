// SPDX-License-Identifier: BSD-3-Clause
// What a stranger writes first. Every kind of consumer builds this very file.
#include <cstdio>

#include <halo/halo.hpp>

int main() {
  std::printf("halo %d.%d.%d\n", HALO_VERSION_MAJOR, HALO_VERSION_MINOR, HALO_VERSION_PATCH);
  return 0;
}
