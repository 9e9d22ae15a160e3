// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/lean_storage.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <halo/learned/horizon_rule.hpp>

namespace learned_lean_storage_test {

using namespace halo;
using learned::horizon_program, learned::precision;

using lane = simd::batch<float, simd::scalar>;
static_assert(learned::detail::kept_numbers<horizon_program<>> == 2);
static_assert(learned::detail::kept_numbers<horizon_program<false>> == 2);

TEST_CASE("lean_storage: rounding fills 0 ... 1 evenly in any hundred steps") {
  for (std::uint64_t const first : {1U, 1000U, 77777U}) {
    std::array<std::uint32_t, 100> noise{};
    for (std::size_t k = 0; k < 100; ++k) noise[k] = learned::detail::rounding_of(first + k);
    std::sort(noise.begin(), noise.end());
    double worst = 0;
    for (std::size_t k = 0; k < 100; ++k)
      worst = std::max(worst, std::abs(noise[k] / 65536.0 - static_cast<double>(k) / 100));
    CAPTURE(first);
    CHECK(worst < 0.03);
  }
}

TEST_CASE("lean_storage: a mean moves by steps that are less than its last digit") {
  std::array<float, 1> x{1};
  std::array<std::int16_t, 1> kept{};
  learned::detail::store_kept(lane(x[0]), kept.data(), 0, {});
  for (std::uint64_t t = 1; t <= 2000; ++t) {
    x[0] = learned::detail::load_kept<lane>(kept.data(), {}).native;
    x[0] += 0.001F * (2 - x[0]);  // an eighth of a digit
    learned::detail::store_kept(lane(x[0]), kept.data(), learned::detail::rounding_of(t), {});
  }
  CHECK(x[0] == doctest::Approx(2 - std::exp(-2.0)).epsilon(0.01));
}

TEST_CASE("lean_storage: 8 bits lie around a mean of squares, means and squares alike") {
  auto const scales = learned::detail::scales_of<horizon_program<>>(1e-6F);
  for (float const x : {1e-3F, 1e-2F, 1e-5F}) {
    auto const near = [](float found, float wanted) {
      return std::abs(found / wanted - 1) < 0.125F;
    };
    CHECK(near(scales[0].number(scales[0].code(-x, 0)), -x));
    CHECK(near(scales[1].number(scales[1].code(x * x, 0)), x * x));
  }
  auto const first = learned::detail::scales_of<horizon_program<>>(learned::detail::mean_below(3));
  CHECK(first[0].number(first[0].code(3, 0)) == 3);
  CHECK(first[1].number(first[1].code(9, 0)) == 9);
}

TEST_CASE("lean_storage: what a file may say, in bits") {
  using P = horizon_program<>;
  auto const mean = learned::detail::kept_range<P, precision::bfloat16, float>(P::mean, 1e32);
  auto const square = learned::detail::kept_range<P, precision::bfloat16, float>(P::square, 1e32);
  CHECK(mean.contains(-1));
  CHECK(mean.contains(core::to_bfloat16(-9.9e31F, 0)));
  CHECK_FALSE(mean.contains(32640));  // infinity
  CHECK_FALSE(mean.contains(-32641));
  CHECK(square.contains(0));
  CHECK_FALSE(square.contains(-1));
  CHECK_FALSE(square.contains(core::to_bfloat16(1.1e32F, 0)));
  auto const code = learned::detail::kept_range<P, precision::eight_bits, float>(P::mean, 1e32);
  CHECK(code == allowed::between(-128, 127));
  auto const full = learned::detail::kept_range<P, precision::full, float>(P::square, 1e32);
  CHECK(full == allowed::between(0, 1e32));
}

}  // namespace learned_lean_storage_test
