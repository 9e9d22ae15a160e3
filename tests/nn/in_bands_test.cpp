// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/in_bands.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_in_bands_test {

using namespace halo;

namespace {

using image = shape<11, 7, 2>;
template <std::size_t Rows, class One, class Act, class Two>
using banded = nn::sequential<image, nn::relu, nn::in_bands<Rows, One, Act, Two>, nn::tanh>;
template <class One, class Act, class Two>
using whole = nn::sequential<image, nn::relu, One, Act, Two, nn::tanh>;

/// Largest difference between numbers, of their largest.
double apart(std::vector<double> const& a, std::vector<double> const& b) {
  double most = 0, size = 1e-300;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(a[i] - b[i]));
    size = std::max(size, std::abs(b[i]));
  }
  return most / size;
}

/// Outputs, gradient by parameters (7 where the mask leaves it out).
template <class Network>
std::vector<double> numbers(layer_mask mask) {
  std::size_t const rows = 3;
  auto const theta = support::draw<double>(Network::parameters, 1, 0.3);
  auto const x = support::draw<double>(rows * Network::inputs, 2);
  auto const dy = support::draw<double>(rows * Network::outputs, 3);
  std::vector<double> arena(Network::arena_size(4) + 99, std::numeric_limits<double>::quiet_NaN());
  std::vector<double> g(Network::parameters, 7);
  nn::pass const p{.rows = rows, .capacity = 4, .training = true, .layers = mask};
  double const* const y =
      Network::template forward<double*>(p, theta.data(), x.data(), arena.data());
  std::vector<double> all(y, y + rows * Network::outputs);
  double const bound = Network::template backward<double*>(p, theta.data(), x.data(), arena.data(),
                                                           dy.data(), g.data());
  for (double const d : g) CHECK((d == 7 || std::abs(d) <= bound));
  all.insert(all.end(), g.begin(), g.end());
  return all;
}

template <class One, class Act, class Two>
void same_as_whole() {
  for (layer_mask const mask : {layer_mask::all(2), layer_mask::only(0), layer_mask::only(1)}) {
    auto const wanted = numbers<whole<One, Act, Two>>(mask);
    CHECK(apart(numbers<banded<1, One, Act, Two>>(mask), wanted) < 1e-12);
    CHECK(apart(numbers<banded<3, One, Act, Two>>(mask), wanted) < 1e-12);
    CHECK(apart(numbers<banded<50, One, Act, Two>>(mask), wanted) < 1e-12);
  }
}

}  // namespace

TEST_CASE("in_bands: the numbers of the convolutions, whatever the rows") {
  using nn::conv2d, nn::padding, nn::window;
  same_as_whole<conv2d<4, 3>, nn::relu, conv2d<3, 5>>();
  same_as_whole<conv2d<4, window{5, 1}, 2>, nn::tanh, conv2d<3, 3, 2>>();
  same_as_whole<conv2d<4, 3, 1, padding::valid>, nn::relu, conv2d<3, 3, 1, padding::valid>>();
  same_as_whole<conv2d<4, 3, 1, padding::same, 2, 1, false>, nn::sigmoid,
                conv2d<2, 2, 1, padding::same, 1, 2>>();
}

TEST_CASE("in_bands: a dx for what is below") {
  using one = nn::conv2d<4, 3>;
  using two = nn::conv2d<3, 5>;
  using below = nn::conv2d<2, 1>;
  auto const a = numbers<nn::sequential<image, below, nn::in_bands<2, one, nn::relu, two>>>(
      layer_mask::all(3));
  auto const b = numbers<nn::sequential<image, below, one, nn::relu, two>>(layer_mask::all(3));
  CHECK(apart(a, b) < 1e-12);
}

TEST_CASE("in_bands: keeps no row of what is between") {
  using one = nn::conv2d<8, 3>;
  using two = nn::conv2d<8, 5>;
  using bands = nn::sequential<shape<28, 28, 1>, nn::in_bands<4, one, nn::relu, two>>;
  static_assert(bands::memory_per_row == 28 * 28 * 8);
  // 8 rows in between and 4 of their gradient
  static_assert(nn::in_bands<4, one, nn::relu, two>::fixed_scratch<shape<28, 28, 1>> ==
                12 * 28 * 8);
}

}  // namespace nn_in_bands_test
