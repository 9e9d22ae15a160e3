// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/operations.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/depth_cut.hpp>
#include <halo/optim/selection.hpp>

namespace adapt_operations_test {

using namespace halo;

namespace {

using network =
    nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 6>, nn::relu, nn::linear<6, 3>>;
constexpr double F[] = {35, 42, 18};  // forward, and weight and input gradients each
constexpr double all = 95;
constexpr double parameters[] = {42, 48, 21};

std::size_t cost(optim::decision const& d, std::size_t n) {
  return adapt::operations<network, optim::adam>(d, n);
}

}  // namespace

TEST_CASE("operations: dense, the upper layers, and backward on the hardest") {
  CHECK(cost({.layers = layer_mask(7)}, 16) == 16 * (3 * 95 - 35) + 11 * 111);
  CHECK(cost({.layers = layer_mask(4)}, 16) == 16 * (95 + 18) + 11 * 21);
  CHECK(cost({.layers = layer_mask(6)}, 16) == 16 * (95 + 60 + 18) + 11 * 69);
  CHECK(cost({.layers = layer_mask(7), .rows = 32, .hardest = 8}, 32) ==
        32 * 95 + 8 * (2 * 95 - 35) + 11 * 111);
  CHECK(cost({.layers = layer_mask(7), .rows = 32, .hardest = 8}, 16) ==
        16 * 95 + 4 * (2 * 95 - 35) + 11 * 111);
  CHECK(cost({.layers = layer_mask()}, 16) == 0);
  CHECK(cost({.layers = layer_mask(8)}, 16) == 0);
  CHECK(adapt::operations<network, optim::averaged<optim::adam>>({.layers = layer_mask(4)}, 2) ==
        2 * (95 + 18) + 11 * 21 + 2 * 111);
}

TEST_CASE("operations: the mean of random masks is the sum in closed form") {
  std::array<double, 3> const p{0.1, 0.3, 0.5};
  auto const masks = optim::selection::thirds(3);
  for (std::size_t b : std::array<std::size_t, 3>{1, 16, 64}) {
    CAPTURE(b);
    auto const count = [b](layer_mask m) { return cost({.layers = m}, b); };
    double const none = 0.9 * 0.7 * 0.5;
    double per_example = (1 - none) * all, own = 0, below = 1;
    for (std::size_t j = 0; j < 3; ++j) {
      per_example += p[j] * F[j] + (j > 0 ? F[j] * (1 - below) : 0);
      own += 11 * p[j] * parameters[j];
      below *= 1 - p[j];
    }
    double const mean = static_cast<double>(b) * per_example + own;
    CHECK(masks.expected(3, count) == doctest::Approx(mean).epsilon(1e-12));
    CHECK(masks.at_least_one().expected(3, count) ==
          doctest::Approx(mean / (1 - none)).epsilon(1e-12));
  }
}

TEST_CASE("operations: the mean of depth cuts is the sum in closed form") {
  std::array<double, 3> const q{0.5, 0.3, 0.2};
  std::array<double, 4> const at_least{1, 1, 0.5, 0.2};  // P(depth >= d)
  double per_example = all, own = 0;
  for (std::size_t j = 1; j <= 3; ++j) {  // layer 1 is the lowest
    per_example += F[j - 1] * at_least[3 - j + 1];
    if (j >= 2) per_example += F[j - 1] * at_least[3 - j + 2];
    own += 11 * parameters[j - 1] * at_least[3 - j + 1];
  }
  auto const count = [](layer_mask m) { return cost({.layers = m}, 16); };
  CHECK(optim::depth_cut::custom(q).expected(3, count) ==
        doctest::Approx(16 * per_example + own).epsilon(1e-12));
}

}  // namespace adapt_operations_test
