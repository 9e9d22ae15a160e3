// SPDX-License-Identifier: BSD-3-Clause
// Fake quantisation against PyTorch's: see tests/golden/make_quantised.py.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <halo/io/safetensors.hpp>
#include <halo/kernel/quantise.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>

#include "../support/golden.hpp"

namespace nn_quantised_golden_test {

using namespace halo;
using kernel::grid;
using kernel::outside;

namespace {

struct golden_case {
  io::safetensors const& file;
  std::string name;
  [[nodiscard]] std::vector<float> operator()(char const* what) const {
    auto const found = file.at(name + "." + what).as<float>();
    return {found.begin(), found.end()};
  }
};

void check_close(std::vector<float> const& found, std::vector<float> const& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(std::abs(found[i] - expected[i]) <= 1e-5F * (1 + std::abs(expected[i])));
}

}  // namespace

TEST_CASE("quantised: PyTorch's values and gradients, bit for bit") {
  auto const file = io::load_safetensors(support::golden("nn/quantised.safetensors"));
  for (unsigned const bits : {2U, 4U, 8U})
    for (grid const g : {grid::symmetric, grid::asymmetric}) {
      std::string const end = std::string(1, static_cast<char>('0' + bits)) +
                              (g == grid::symmetric ? ".symmetric" : ".asymmetric");
      CAPTURE(end);
      golden_case const tensor{file, "tensor." + end}, channel{file, "channel." + end};
      kernel::value_range<float> const r{-0.8F, 1.3F};
      std::vector<float> x = tensor("x"), dx = tensor("dy"), y(x.size());
      kernel::fake_quantise(x.size(), r, bits, g, outside::stops, x.data(), y.data());
      kernel::stop_outside(x.size(), r, bits, g, x.data(), dx.data());
      CHECK(y == tensor("y"));
      CHECK(dx == tensor("dx"));
      x = channel("x");
      kernel::fake_quantise_channels(9, 13, bits, g, x.data(), y.data());
      CHECK(y == channel("y"));
      CHECK(channel("dy") == channel("dx"));  // nothing lies outside its own range
    }
}

TEST_CASE("quantised: a linear layer with PyTorch's outputs and gradients") {
  using X = shape<13>;
  using L = nn::quantised<nn::linear<13, 5>, nn::quantisation{.weight_bits = 4,
                                                              .weight_grid = grid::symmetric,
                                                              .weight_ranges = nn::per::channel}>;
  auto const file = io::load_safetensors(support::golden("nn/quantised.safetensors"));
  golden_case const of{file, "layer"};
  float const range[] = {-1.5F, 1.25F};
  nn::pass const p{.rows = 9, .capacity = 9, .statistics = range};
  auto const theta = of("theta"), x = of("x");
  auto dy = of("dy");
  std::vector<float> y(45), memory(18), scratch(9 * 13 + 70), gradient(70), dx(x.size());
  L::forward<X>(p, theta.data(), x.data(), y.data(), memory.data(), scratch.data());
  nn::backward_arguments<float*> a{};
  a.theta = theta.data();
  a.x = x.data();
  a.memory = memory.data();
  a.dy = dy.data();
  a.dx = dx.data();
  a.gradient = gradient.data();
  a.scratch = scratch.data();
  L::backward<X>(p, a);
  check_close(y, of("y"));
  check_close(gradient, of("gradient"));
  check_close(dx, of("dx"));
}

}  // namespace nn_quantised_golden_test
