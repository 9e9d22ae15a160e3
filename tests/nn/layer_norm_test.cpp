// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/layer_norm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <halo/nn/initialize.hpp>

#include "../support/network_cases.hpp"

namespace nn_layer_norm_test {

using namespace halo;
using support::draw;

namespace {

using network = nn::sequential<shape<2, 3>, nn::layer_norm>;
constexpr std::size_t rows = 5;

struct lone_case {
  using network = nn_layer_norm_test::network;
};

}  // namespace

TEST_CASE("layer norm: gain and bias have the example's shape") {
  using layout = network::layout;
  static_assert(network::parameters == 12 && layout::tensors == 2 && layout::layers == 1);
  static_assert(std::is_same_v<network::output, shape<2, 3>>);
  CHECK(layout::table[0].name() == "0.gain");
  CHECK(layout::table[0].role == parameter_role::gain);
  CHECK(layout::table[1].name() == "0.bias");
  CHECK(layout::table[1].role == parameter_role::bias);
  for (parameter_info const& info : layout::table) {
    CHECK(info.rank == 2);
    CHECK(info.extents == std::array<std::size_t, 4>{2, 3, 0, 0});
  }
  static_assert(!nn::layer<nn::layer_norm, shape<0>>);
  static_assert(!nn::layer<nn::layer_norm, shape<1, 1, 1, 1, 2>>);  // the table has four extents
  // output, mean and inverse deviation; the input is kept by whoever made it
  static_assert(network::memory_per_row == 6 + 2);
}

TEST_CASE("layer norm: a fresh one gives mean 0 and variance 1") {
  support::runner<lone_case, float, rows> run;
  std::vector<float> theta(network::parameters);
  nn::initialize<network::layout, float>(theta, seed{1});
  auto const y = run.forward(theta, draw<float>(rows * 6, 1, 3.0));
  for (std::size_t i = 0; i < rows; ++i) {
    double mean = 0, square = 0;
    for (std::size_t j = 0; j < 6; ++j) {
      mean += static_cast<double>(y[i * 6 + j]) / 6;
      square += std::pow(static_cast<double>(y[i * 6 + j]), 2) / 6;
    }
    CHECK(std::abs(mean) < 1e-6);
    CHECK(square == doctest::Approx(1).epsilon(1e-4));
  }
}

TEST_CASE("layer norm: shift and size of an example do not matter") {
  support::runner<lone_case, double, rows> run;
  auto const theta = draw(network::parameters, 2);
  auto const x = draw(rows * 6, 3);
  auto moved = x;
  for (double& e : moved) e = 1000 * e + 7;
  auto const y = run.forward(theta, x), z = run.forward(theta, moved);
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(std::abs(y[i] - z[i]) < 1e-3);
}

TEST_CASE("layer norm: backward bounds its gradient, and infinity says it is not finite") {
  support::runner<lone_case, float, rows> run;
  run.pass.rows = rows;
  run.pass.capacity = rows;
  auto const theta = draw<float>(network::parameters, 4);
  auto x = draw<float>(rows * 6, 5);
  std::vector<float> gradient(network::parameters);
  auto const bound = [&] {
    run.forward(theta, x);
    auto dy = draw<float>(rows * 6, 6);
    return network::backward<float*>(run.pass, theta.data(), x.data(), run.work.arena.data(),
                                     dy.data(), gradient.data());
  };
  float most = 0;
  float const limit = bound();
  for (float const g : gradient) most = std::fmax(most, std::abs(g));
  CHECK(limit >= most);
  CHECK(std::isfinite(limit));
  x[8] = std::numeric_limits<float>::infinity();
  CHECK_FALSE(std::isfinite(bound()));
}

}  // namespace nn_layer_norm_test
