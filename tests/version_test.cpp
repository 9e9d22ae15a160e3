// SPDX-License-Identifier: BSD-3-Clause
#include <halo/version.hpp>

#include <string>

#include <doctest/doctest.h>

TEST_CASE("the build and the header name the same version") {
  std::string const header = std::to_string(HALO_VERSION_MAJOR) + "." +
                             std::to_string(HALO_VERSION_MINOR) + "." +
                             std::to_string(HALO_VERSION_PATCH);
  CHECK(header == HALO_PROJECT_VERSION);
}
