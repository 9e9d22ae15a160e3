// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/recomputed.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/head.hpp>
#include <halo/nn/linear.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/in_parts.hpp>

#include "../support/network.hpp"

namespace nn_recomputed_test {

using namespace halo;

namespace {

using network = nn::sequential<shape<6, 5, 1>, nn::conv2d<4, 3>, nn::relu, nn::conv2d<3, 3>,
                               nn::relu, nn::dropout<>, nn::flatten, nn::linear<90, 3>>;
template <class Network, class Optimizer>
using device_of = adapt::adapter<Network, nn::cross_entropy, Optimizer, 6, optim::gated<>>;

static_assert(nn::head<nn::recomputed<network>>::features == nn::head<network>::features);
static_assert(nn::head<nn::recomputed<network>>::weights == network::parameters - 273);

template <class Device>
std::vector<float> copy(Device const& device) {
  return {device.parameters().begin(), device.parameters().end()};
}

}  // namespace

TEST_CASE("recomputed: the steps of the network as it is, in less memory") {
  using parts = optim::in_parts<optim::adam>;
  auto const start = support::draw<float>(network::parameters, 1, 0.3);
  device_of<network, optim::adam> usual(optim::adam{}, start);
  device_of<network, parts> kept(optim::adam{}, start);
  device_of<nn::recomputed<network>, parts> again(optim::adam{}, start);
  static_assert(sizeof(again) + 6 * 120 * sizeof(float) < sizeof(kept));
  static_assert(sizeof(kept) < sizeof(usual));
  for (std::uint64_t i = 0; i < 25; ++i) {
    auto const x = support::draw<float>(6 * 30, 100 + i % 3);
    auto const y = support::draw_labels(6, 3, 300 + i % 3);
    again.freeze(i % 7 == 3 ? layer_mask::only(1) : layer_mask{});
    usual.freeze(again.frozen()), kept.freeze(again.frozen());
    auto const a = usual.step(x, y), b = kept.step(x, y), c = again.step(x, y);
    CAPTURE(i);
    CHECK(a.examples == c.examples);
    REQUIRE((b.status == a.status && c.status == a.status));
    REQUIRE(copy(usual) == copy(kept));
    REQUIRE(copy(usual) == copy(again));
  }
  CHECK(copy(usual) != start);
}

}  // namespace nn_recomputed_test
