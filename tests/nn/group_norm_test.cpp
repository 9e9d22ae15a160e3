// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/group_norm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include <halo/nn/gradient.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_group_norm_test {

using namespace halo;
using support::draw;

namespace {

using X = shape<2, 2, 6>;

/// Outputs of a network of one layer.
template <class Network, std::size_t Rows>
std::vector<double> forward(std::vector<double> const& theta, std::vector<double> const& x) {
  nn::workspace<Network, double, Rows> work;
  nn::pass const p{.rows = Rows, .capacity = Rows};
  double const* const y =
      Network::template forward<double*>(p, theta.data(), x.data(), work.arena.data());
  return {y, y + Rows * Network::outputs};
}

}  // namespace

TEST_CASE("group norm: a fresh one gives each group of each example mean 0 and variance 1") {
  using network = nn::sequential<X, nn::group_norm<3>>;
  static_assert(network::parameters == 12 && network::layers == 1 && network::statistics == 0);
  CHECK(network::layout::table[0].name() == "0.gain");
  CHECK(network::layout::table[0].count == 6);
  std::vector<double> theta(12);
  nn::initialize<network::layout, double>(theta, seed{1});
  auto const y = forward<network, 4>(theta, draw(4 * X::size, 1, 3.0));
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t g = 0; g < 3; ++g) {
      double mean = 0, square = 0;
      for (std::size_t place = 0; place < 4; ++place) {
        for (std::size_t c = 2 * g; c < 2 * g + 2; ++c) {
          double const e = y[(i * 4 + place) * 6 + c];
          mean += e / 8;
          square += e * e / 8;
        }
      }
      CHECK(std::abs(mean) < 1e-14);
      CHECK(square == doctest::Approx(1).epsilon(1e-4));
    }
  }
}

TEST_CASE("group norm: one group is layer norm, with a gain a channel") {
  auto const gain = draw(6, 1), bias = draw(6, 2), x = draw(3 * X::size, 3);
  std::vector<double> theta = gain, wide;
  theta.insert(theta.end(), bias.begin(), bias.end());
  for (auto const* tensor : {&gain, &bias})
    for (std::size_t place = 0; place < 4; ++place)
      wide.insert(wide.end(), tensor->begin(), tensor->end());
  auto const y = forward<nn::sequential<X, nn::group_norm<1>>, 3>(theta, x);
  auto const z = forward<nn::sequential<X, nn::layer_norm>, 3>(wide, x);
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == doctest::Approx(z[i]).epsilon(1e-13));
}

TEST_CASE("group norm: an example does not depend on its neighbours") {
  using network = nn::sequential<X, nn::group_norm<2>>;
  auto const theta = draw(12, 1), x = draw(5 * X::size, 2);
  auto const all = forward<network, 5>(theta, x);
  for (std::size_t i = 0; i < 5; ++i) {
    auto const first = x.begin() + static_cast<std::ptrdiff_t>(i * X::size);
    auto const alone = forward<network, 1>(theta, {first, first + X::size});
    for (std::size_t j = 0; j < X::size; ++j) CHECK(alone[j] == all[i * X::size + j]);
  }
}

}  // namespace nn_group_norm_test
