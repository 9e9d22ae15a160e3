// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/window.hpp>

#include <doctest/doctest.h>

#include <cstddef>

namespace nn_window_test {

using namespace halo;

namespace {

template <nn::window W>
constexpr std::size_t area = W.height * W.width;

}  // namespace

TEST_CASE("window: one number is a square, two are height and width") {
  static_assert(area<3> == 9 && area<nn::window{2, 5}> == 10);
  static_assert(nn::window{2, 5}.height == 2 && nn::window{2, 5}.width == 5);
}

TEST_CASE("window: padding says which rule sizes an axis") {
  constexpr auto same = nn::detail::axis_of(10, 3, 2, nn::padding::same, 2);
  constexpr auto valid = nn::detail::axis_of(10, 3, 2, nn::padding::valid, 2);
  static_assert(same.out == 5 && same.low == 1 && same.dilation == 2);
  static_assert(valid.out == 3 && valid.low == 0 && valid.stride == 2);
}

}  // namespace nn_window_test
