// SPDX-License-Identifier: BSD-3-Clause
// What every kind of consumer builds: rooms that need both of the libraries that halo stands on.
// All of halo would find no more, and take three times as long in each of them.
#include <cstdio>

#include <halo/core.hpp>
#include <halo/nn.hpp>
#include <halo/tensor.hpp>

int main() {
  std::printf("halo %d.%d.%d\n", HALO_VERSION_MAJOR, HALO_VERSION_MINOR, HALO_VERSION_PATCH);
  return 0;
}
