// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/integer_network.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/recomputed.hpp>

#include "../support/network.hpp"

namespace nn_integer_network_test {

using namespace halo;
using nn::integer;
using nn::quantised;
using support::draw;

namespace {

using first = nn::linear<5, 8>;
using inner = quantised<nn::linear<8, 8>>;
using shortcut = quantised<nn::linear<8, 4>, nn::quantisation{.weight_bits = 6}>;
using other = quantised<nn::linear<8, 4>, nn::quantisation{.weight_ranges = nn::per::channel}>;
using network =
    nn::sequential<first, nn::residual<nn::batch_norm, inner>,
                   nn::residual<nn::projection<shortcut>, nn::batch_norm, other, nn::tanh>>;

}  // namespace

TEST_CASE("integer network: quantised layers become integer ones, wherever they stand") {
  static_assert(
      std::is_same_v<nn::integers_of<network>,
                     nn::sequential<first, nn::residual<nn::batch_norm, integer<inner>>,
                                    nn::residual<nn::projection<integer<shortcut>>, nn::batch_norm,
                                                 integer<other>, nn::tanh>>>);
  static_assert(network::statistics == 3 * 2 + 2 * 16);
  static_assert(nn::integers_of<network>::statistics == 2 * 16);
  static_assert(std::is_same_v<nn::integers_of<nn::recomputed<network>>,
                               nn::recomputed<nn::integers_of<network>>>);
}

TEST_CASE("integer network: parameters and statistics go where they belong") {
  using integers = nn::integers_of<network>;
  auto const theta = draw<float>(network::parameters, 1);
  auto statistics = draw<float>(network::statistics, 2);
  for (parameter_info const& i : network::statistics_layout::table)
    for (std::size_t k = i.offset; k < i.offset + i.count; ++k) {
      if (i.name().ends_with("variance")) statistics[k] = 1 + std::abs(statistics[k]);
      if (i.name().ends_with("low")) statistics[k] = -3;
      if (i.name().ends_with("high")) statistics[k] = 4;
    }
  std::vector<float> to(integers::parameters), moments(integers::statistics);
  nn::to_integers<nn::recomputed<network>>(theta, statistics, to, moments);
  std::vector<float> as_it_is(integers::parameters);
  nn::to_integers<network>(theta, statistics, as_it_is, moments);
  CHECK(std::memcmp(to.data(), as_it_is.data(), to.size() * sizeof(float)) == 0);
  constexpr std::size_t rows = 6;
  auto const x = draw<float>(rows * 5, 3);
  std::vector<float> fake(network::arena_size(rows)), whole(integers::arena_size(rows));
  nn::pass p{.rows = rows, .capacity = rows, .statistics = statistics.data()};
  float const* const a = network::forward<float*>(p, theta.data(), x.data(), fake.data());
  p.statistics = moments.data();
  float const* const b = integers::forward<float*>(p, to.data(), x.data(), whole.data());
  for (std::size_t i = 0; i < rows * 4; ++i) CHECK(b[i] == doctest::Approx(a[i]).epsilon(1e-4));
}

}  // namespace nn_integer_network_test
