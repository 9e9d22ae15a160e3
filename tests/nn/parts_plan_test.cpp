// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/parts_plan.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/nn/activation.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/parts_of_block.hpp>

namespace nn_parts_plan_test {

using namespace halo;

// 0 conv 32 + 8 parameters | 1 relu | 2 conv 64 + 4 | 3 relu | 4 flatten | 5 linear
using layers = nn::detail::block<0, shape<4, 4, 1>, nn::conv2d<8, 2>, nn::relu, nn::conv2d<4, 1>,
                                 nn::relu, nn::flatten, nn::linear<64, 3>>;

TEST_CASE("parts_plan: what is handed out, and what is kept") {
  constexpr auto p = nn::detail::parts_of_block<layers, false>::plan;
  static_assert(p.out == std::array{false, false, false, false, false, true});
  static_assert(p.kept_size == 40 + 36 && p.kept[2] == 40 && !p.again && p.signs == 0);
  // dx of layers 5, 4 and 3 in one place, that of 2 and 1 in the other
  static_assert(p.places.delta[5] == p.places.delta[4] && p.places.delta[4] == p.places.delta[3]);
  static_assert(p.places.delta[2] == p.places.delta[1]);
  static_assert(p.places.delta[5] + p.places.delta[2] == 128 && p.places.all.scratch == 256);
}

TEST_CASE("parts_plan: a dx on top of the x it belongs to") {
  constexpr auto p = nn::detail::parts_of_block<layers, true>::plan;
  static_assert(p.on_x == std::array{false, true, true, true, true, true});
  static_assert(p.by_sign[5] && p.by_sign[2] && p.signs == 128 && p.again);
  static_assert(p.places.delta[5] == p.places.output[2]);
  static_assert(p.places.delta[2] == p.places.output[0]);
  static_assert(p.places.all.scratch == 0);
  // not where a slope is more than a sign, and not the dy of a layer that hands out parts
  using smooth = nn::detail::block<0, shape<4>, nn::linear<4, 8>, nn::relu, nn::linear<8, 6>>;
  constexpr auto q = nn::detail::parts_of_block<smooth, true>::plan;
  static_assert(q.on_x == std::array{false, false, false} && q.places.all.scratch == 8);
  using curved = nn::detail::block<0, shape<4, 4, 1>, nn::conv2d<8, 2>, nn::tanh, nn::flatten,
                                   nn::linear<128, 3>>;
  static_assert(!nn::detail::parts_of_block<curved, true>::plan.again);
}

TEST_CASE("parts_plan: slopes of relu by signs that were taken before") {
  std::array<float, 70> x{}, dx{};
  for (std::size_t i = 0; i < 70; ++i) {
    x[i] = i % 3 == 0 ? 0.0F : i % 3 == 1 ? -1.0F : 2.0F;
    dx[i] = static_cast<float>(i);
  }
  x[69] = std::numeric_limits<float>::quiet_NaN();
  std::array<std::uint32_t, 3> bits{};
  nn::detail::take_signs(70, x.data(), bits.data());
  nn::detail::slope_by_signs(70, bits.data(), dx.data());
  for (std::size_t i = 0; i < 69; ++i) CHECK(dx[i] == (i % 3 == 2 ? static_cast<float>(i) : 0.0F));
  CHECK(dx[69] == 69.0F);
}

}  // namespace nn_parts_plan_test
