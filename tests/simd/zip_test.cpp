// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/zip.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <numeric>

namespace simd_zip_test {

using halo::simd::batch;

TEST_CASE_TEMPLATE("zipping interleaves the halves of two registers", V, batch<float>,
                   batch<double>, batch<float, halo::simd::scalar>) {
  constexpr std::size_t width = V::size;
  using T = typename V::value_type;
  std::array<T, 2 * width> lanes;
  std::iota(lanes.begin(), lanes.end(), T(0));
  V const a = V::load(lanes.data());
  V const b = V::load(lanes.data() + width);
  if constexpr (V::is_scalar) {
    CHECK(zip_lo(a, b).get(0) == T(0));
    CHECK(zip_hi(a, b).get(0) == T(1));
  } else {
    for (std::size_t i = 0; i < width; ++i) {
      CHECK(zip_lo(a, b).get(i) == T(i % 2 * width + i / 2));
      CHECK(zip_hi(a, b).get(i) == T(i % 2 * width + i / 2 + width / 2));
    }
  }
}

}  // namespace simd_zip_test
