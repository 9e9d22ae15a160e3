// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/reshape.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <vector>

#include <halo/autodiff/planar.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_reshape_test {

using namespace halo;

TEST_CASE("reshape: the same elements in other axes") {
  using L = nn::reshape<4, 3>;
  static_assert(std::same_as<L::output<shape<2, 6>>, shape<4, 3>>);
  static_assert(L::accepts<shape<12>> && !L::accepts<shape<13>>);
  auto const x = support::draw<float>(33 * 12, 1);
  std::vector<float> y(x.size());
  nn::pass const p{.rows = 33, .capacity = 33};
  float* const nothing = nullptr;
  L::forward<shape<2, 6>>(p, static_cast<float const*>(nothing), x.data(), y.data(), nothing);
  CHECK(y == x);
}

TEST_CASE("reshape: takes no room behind an activation") {
  using with = nn::sequential<shape<2, 3>, nn::relu, nn::reshape<6>, nn::linear<6, 2>>;
  using without = nn::sequential<shape<6>, nn::relu, nn::linear<6, 2>>;
  static_assert(with::memory_per_row == without::memory_per_row);
}

}  // namespace nn_reshape_test
