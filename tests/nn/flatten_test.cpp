// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/flatten.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <vector>

#include <halo/autodiff/planar.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_flatten_test {

using namespace halo;

TEST_CASE("flatten: the same elements in one axis") {
  static_assert(std::same_as<nn::flatten::output<shape<2, 3, 4>>, shape<24>>);
  static_assert(std::same_as<nn::flatten::output<shape<5>>, shape<5>>);
  auto const x = support::draw<float>(33 * 6, 1);
  std::vector<float> y(x.size());
  nn::pass const p{.rows = 33, .capacity = 33};
  float* const nothing = nullptr;
  nn::flatten::forward<shape<2, 3>>(p, static_cast<float const*>(nothing), x.data(), y.data(),
                                    nothing);
  CHECK(y == x);
}

TEST_CASE("flatten: takes no room behind an activation") {
  using with = nn::sequential<shape<2, 3>, nn::relu, nn::flatten, nn::linear<6, 2>>;
  using without = nn::sequential<shape<6>, nn::relu, nn::linear<6, 2>>;
  static_assert(with::memory_per_row == without::memory_per_row);
}

}  // namespace nn_flatten_test
