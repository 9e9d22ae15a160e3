// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/bfloat16.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

namespace core_bfloat16_test {

using namespace halo;

TEST_CASE("bfloat16: integers stand for floats in their order, there and back") {
  int wrong = 0;
  float before = -std::numeric_limits<float>::infinity();
  for (int i = -32640; i <= 32639; ++i) {
    auto const ordered = static_cast<std::int16_t>(i);
    float const x = core::of_bfloat16(ordered);
    bool const rises = i == 0 ? x == 0 && before == 0 : x > before;  // -0 stands before 0
    if (!std::isfinite(x) || !rises || core::to_bfloat16(x, 0) != ordered) ++wrong;
    before = x;
  }
  CHECK(wrong == 0);
  CHECK(core::of_bfloat16(32639) == 0x1.FEp127F);
  CHECK(core::of_bfloat16(-32640) == -0x1.FEp127F);
  CHECK(core::to_bfloat16(1.0F, 0) == 0x3F80);
}

TEST_CASE("bfloat16: rounds to the nearest, and evenly on average") {
  for (float x = 1e-30F; x < 1e30F; x *= 1.37F) {
    for (float const y : {x, -x}) {
      float const nearest = core::of_bfloat16(core::to_bfloat16(y, 32768));
      CHECK(std::abs(nearest - y) <= std::abs(y) / 256);
      double sum = 0;
      for (std::uint32_t k = 0; k < 256; ++k)
        sum += static_cast<double>(core::of_bfloat16(core::to_bfloat16(y, 256 * k + 128)));
      CHECK(std::abs(sum / 256 / static_cast<double>(y) - 1) < 1.0 / 128 / 256);
    }
  }
  for (std::uint32_t const noise : {0U, 1U, 65535U}) CHECK(core::to_bfloat16(0.0F, noise) == 0);
}

}  // namespace core_bfloat16_test
