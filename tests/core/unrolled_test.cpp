// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/unrolled.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace core_unrolled_test {

TEST_CASE("unrolled calls each number once, in order") {
  std::vector<std::size_t> seen;
  halo::unrolled<5>([&](std::size_t i) { seen.push_back(i); });
  CHECK(seen == std::vector<std::size_t>{0, 1, 2, 3, 4});
  halo::unrolled<0>([&](std::size_t i) { seen.push_back(i); });
  CHECK(seen.size() == 5);
}

}  // namespace core_unrolled_test
