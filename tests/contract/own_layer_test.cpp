// SPDX-License-Identifier: BSD-3-Clause
// The layer that lesson 3 teaches runs wherever a layer runs: in layers made of layers, masked, and
// on planes of dual numbers, whose tangents are second derivatives.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#define main lesson_of_an_own_layer
#include "../../examples/03_own_layer.cpp"
#undef main

#include <halo/autodiff/check.hpp>

#include "../support/description.hpp"
#include "../support/network.hpp"

using autodiff::planar;
using support::draw;

namespace {

using network =
    nn::sequential<nn::linear<3, 4>, swish,
                   nn::residual<nn::projection<nn::linear<4, 4>, swish>, nn::linear<4, 4>, swish>,
                   nn::checkpointed<swish, nn::linear<4, 4>>, nn::dropout<>, swish,
                   nn::linear<4, 2>>;
constexpr std::size_t rows = 5;

struct problem {
  std::vector<double> x = draw(rows * 3, 1);
  std::vector<std::int32_t> t = support::draw_labels(rows, 2, 2);
  nn::workspace<network, double, rows> plain;
  nn::workspace<network, autodiff::dual<double>, rows> dual;
  nn::pass pass{.rows = rows, .training = true, .noise = seed{3}};

  double gradient(std::span<double const> theta, std::span<double> g) {
    return nn::value_and_gradient<network, nn::cross_entropy, double*>(pass, theta.data(), x.data(),
                                                                       t.data(), g.data(), plain);
  }
};

}  // namespace

TEST_CASE("own layer: derivatives of first and second order, alone and in layers of layers") {
  problem p;
  auto const theta = draw(network::parameters, 4);
  auto const first = autodiff::check_gradient(
      [&](std::span<double const> at) {
        return nn::value<network, nn::cross_entropy, double*>(p.pass, at.data(), p.x.data(),
                                                              p.t.data(), p.plain);
      },
      [&](std::span<double const> at, std::span<double> g) { p.gradient(at, g); }, theta);
  CAPTURE(first.index);
  CAPTURE(first.error);
  CHECK(first.passed);
  CHECK(first.checked == network::parameters);
  auto const second = autodiff::check_hessian_vector_product(
      [&](planar<double const> at, planar<double> g) {
        nn::value_and_gradient<network, nn::cross_entropy, planar<double>>(
            p.pass, at, planar<double const>(p.x.data(), nullptr), p.t.data(), g, p.dual);
      },
      theta, draw(network::parameters, 5));
  CAPTURE(second.index);
  CAPTURE(second.error);
  CHECK(second.passed);
  CHECK(second.checked == network::parameters);
}

TEST_CASE("own layer: a mask selects it as any other") {
  problem p;
  auto const theta = draw(network::parameters, 4);
  std::vector<double> all(network::parameters), some(network::parameters);
  p.gradient(theta, all);
  for (std::size_t l = 0; l < network::layers; ++l) {
    p.pass.layers = layer_mask::only(l);
    std::fill(some.begin(), some.end(), 7.0);
    p.gradient(theta, some);
    for (parameter_info const& info : network::layout::table)
      for (std::size_t i = info.offset; i < info.offset + info.count; ++i)
        CHECK(some[i] == (info.layer == l ? all[i] : 7.0));
  }
}

TEST_CASE("own layer: the lesson itself") { CHECK(lesson_of_an_own_layer() == 0); }
