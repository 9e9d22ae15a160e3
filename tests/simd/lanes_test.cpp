// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/lanes.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace simd_lanes_test {

namespace detail = halo::simd::detail;

TEST_CASE("the first elements are copied and no others") {
  std::array<int, 8> const from{1, 2, 3, 4, 5, 6, 7, 8};
  for (std::size_t n = 0; n < from.size(); ++n) {
    std::array<int, 8> to{};
    detail::copy_first<8>(to.data(), from.data(), n);
    CAPTURE(n);
    for (std::size_t i = 0; i < to.size(); ++i) CHECK(to[i] == (i < n ? from[i] : 0));
  }
}

TEST_CASE("the largest element at every place") {
  for (std::size_t at = 0; at < 16; ++at) {
    std::array<float, 16> x;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = -static_cast<float>(i) - 1;
    x[at] = -0.5F;
    CAPTURE(at);
    CHECK(detail::largest<16>(x.data()) == -0.5F);
  }
  std::array<double, 1> one{-3};
  CHECK(detail::largest<1>(one.data()) == -3);
}

}  // namespace simd_lanes_test
