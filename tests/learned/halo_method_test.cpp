// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/halo_method.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

namespace learned_halo_method_test {

using namespace halo;

TEST_CASE("HALO over a backbone is the backbone with random layers") {
  using network =
      nn::sequential<nn::linear<4, 8>, nn::relu, nn::linear<8, 8>, nn::relu, nn::linear<8, 2>>;
  using layout = network::layout;
  using backbone = learned::hierarchical_rnn<learned::hierarchical::paper>;
  using halo_paper = learned::halo_method<backbone>;
  static_assert(optim::optimizer<halo_paper, layout>);
  static_assert(optim::optimizer<learned::halo_lstm, layout>);
  using device = adapt::adapter<network, nn::cross_entropy, halo_paper, 8>;
  using plain = adapt::adapter<network, nn::cross_entropy, backbone, 8, optim::random_layers>;
  auto const halo_device = std::make_unique<device>(halo_paper{seed{3}}, seed{4});
  auto const same = std::make_unique<plain>(backbone{seed{3}}, seed{4});
  generator g(seed{6});
  std::vector<float> x(8 * 4);
  std::vector<std::int32_t> y(8);
  std::size_t idle = 0, partial = 0;
  for (int step = 0; step < 60; ++step) {
    for (float& v : x) v = g.normal();
    for (std::int32_t& t : y) t = static_cast<std::int32_t>(g.below(2));
    auto const a = halo_device->step(x, y);
    auto const b = same->step(x, y);
    CHECK(a.layers == b.layers);
    idle += a.layers.empty() ? 1U : 0U;
    partial += !a.layers.empty() && a.layers.count() < 3 ? 1U : 0U;
  }
  CHECK(idle > 5);  // 31.5 % expected
  CHECK(partial > 20);
  auto const p = halo_device->parameters(), q = same->parameters();
  for (std::size_t i = 0; i < p.size(); ++i) CHECK(p[i] == q[i]);
}

}  // namespace learned_halo_method_test
