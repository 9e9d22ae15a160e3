// SPDX-License-Identifier: BSD-3-Clause
#include <halo/zoo/residual_networks.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/summary.hpp>
#include <halo/optim/adam.hpp>

#include "../support/network.hpp"

namespace zoo_residual_networks_test {

using namespace halo;

namespace {

/// Multiply-adds of a convolution's forward pass.
constexpr std::size_t products(std::size_t places, std::size_t kernel, std::size_t in,
                               std::size_t out) {
  return places * kernel * kernel * in * out;
}

}  // namespace

TEST_CASE("residual networks: tensors and layers of the authors' network") {
  using network = zoo::preresnet20<>;
  // a convolution, three norms and convolutions in each of six blocks, three shortcuts, norm, head
  static_assert(network::layers == 1 + 6 * 6 + 3 + 2);
  static_assert(network::layout::tensors == 1 + 6 * 9 + 3 + 4);
  static_assert(network::parameters == 218'197);
  static_assert(std::is_same_v<network::output, shape<5>>);
  std::size_t weights = 0, norms = 0;
  for (parameter_info const& info : network::layout::table) {
    (info.role == parameter_role::weight ? weights : norms) += info.count;
  }
  CHECK(weights + norms == 218'197);
  CHECK(network::statistics == norms - 5);  // a norm has as many statistics as parameters
  CHECK(network::layout::table[1].name() == "1.0.0.weight");
  CHECK(network::layout::table[1].extents == std::array<std::size_t, 4>{1, 1, 16, 64});
  CHECK(nn::summary<network>().find("parameters 218197 (") != std::string::npos);
}

TEST_CASE("residual networks: operations of ResNet-18, convolution by convolution") {
  using network = zoo::resnet18<10>;
  static_assert(network::parameters == 11'173'962 && network::layout::tensors == 62);
  std::size_t n = products(1024, 3, 3, 64) + 4 * products(1024, 3, 64, 64);
  for (std::size_t const out : {128U, 256U, 512U}) {
    std::size_t const side = 32 * 64 / out, places = side * side;
    n += products(places, 3, out / 2, out) + 3 * products(places, 3, out, out);
    n += products(places, 1, out / 2, out);
  }
  std::size_t norms = 0;  // four for each element
  for (std::size_t i = 0; i < network::all_layers; ++i) {
    if (std::string(network::layer(i).kind) == "batch norm") norms += 4 * network::layer(i).outputs;
  }
  CHECK(network::forward_operations == n + norms + 512 * 10);
}

TEST_CASE("residual networks: parameters and statistics of torchvision's ResNet-18") {
  using network = zoo::torchvision_resnet18<>;
  static_assert(network::parameters == 11'689'512);
  static_assert(network::statistics == 9'600);
}

TEST_CASE("residual networks: a few steps learn a mini-batch" * doctest::test_suite("long")) {
  using device = adapt::adapter<zoo::preresnet20<>, nn::cross_entropy, optim::adam, 8>;
  auto d = std::make_unique<device>(optim::adam{{.rate = 3e-3F}}, seed{7});
  auto const x = support::draw<float>(8 * 3072, 1);
  auto const t = support::draw_labels(8, 5, 2);
  double const before = d->step(x, t).loss;
  double loss = before;
  for (int i = 0; i < 12; ++i) loss = d->step(x, t).loss;
  CAPTURE(before);
  CHECK(loss < before / 4);
  CHECK(d->totals().non_finite == 0);
}

}  // namespace zoo_residual_networks_test
