// SPDX-License-Identifier: BSD-3-Clause
#include <halo/zoo/slimmed_networks.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <halo/nn/initialize.hpp>

#include "../support/network.hpp"

namespace zoo_slimmed_networks_test {

using namespace halo;

namespace {

using wide = zoo::preresnet20<>;

/// Every third channel of each norm.
constexpr zoo::preresnet20_channels thirds = [] {
  zoo::preresnet20_channels all{};
  std::size_t norm = 0;
  for (parameter_info const& info : wide::layout::table) {
    if (info.role != parameter_role::gain) continue;
    all[norm] = nn::channel_set{{}, info.count};
    for (std::size_t c = 0; c < info.count; c += 3) all[norm].set(c);
    ++norm;
  }
  return all;
}();
using slim = zoo::slimmed_preresnet20<thirds>;

template <class Network>
std::vector<float> outputs_of(float const* theta, float const* statistics,
                              std::vector<float> const& x) {
  std::vector<float> arena(Network::arena_size(1));
  nn::pass const p{.rows = 1, .capacity = 1, .statistics = statistics};
  float const* const y = Network::template forward<float*>(p, theta, x.data(), arena.data());
  return {y, y + Network::outputs};
}

}  // namespace

TEST_CASE("slimmed networks: sizes of the authors' network with a third of its channels") {
  static_assert(slim::layout::tensors == 62 && slim::layers == wide::layers);
  static_assert(std::tuple_size_v<zoo::preresnet20_channels> == nn::norms<wide::layout>);
  // first convolution, then block by block: shortcut, norms and convolutions
  auto const block = [](std::size_t in, std::size_t inner, std::size_t out, bool shortcut) {
    std::size_t const a = (in + 2) / 3, b = (inner + 2) / 3;
    return (shortcut ? in * out : 0) + 2 * (a + b + b) + a * b + 9 * b * b + b * out;
  };
  std::size_t const expected = 432 + block(16, 16, 64, true) + block(64, 16, 64, false) +
                               block(64, 32, 128, true) + block(128, 32, 128, false) +
                               block(128, 64, 256, true) + block(256, 64, 256, false) + 2 * 86 +
                               (86 + 1) * 5;
  CHECK(slim::parameters == expected);
  CHECK(slim::forward_operations < wide::forward_operations / 2);
}

TEST_CASE("slimmed networks: silent channels of the whole network are not missed") {
  std::vector<float> theta(wide::parameters),
      statistics = support::draw<float>(wide::statistics, 2);
  nn::initialize<wide::layout, float>(theta, seed{3});
  for (float& s : statistics) s = std::abs(s) + 0.5F;
  std::size_t norm = 0;
  for (parameter_info const& info : wide::layout::table) {
    if (info.role != parameter_role::gain) continue;
    for (std::size_t c = 0; c < info.count; ++c)  // biases are 0
      if (!thirds[norm][c]) theta[info.offset + c] = 0;
    ++norm;
  }
  auto const small = nn::slimmed_parameters<wide, slim>(thirds, theta, statistics);
  auto const x = support::draw<float>(wide::inputs, 1);
  auto const expected = outputs_of<wide>(theta.data(), statistics.data(), x);
  auto const found = outputs_of<slim>(small.data(), small.data() + slim::parameters, x);
  REQUIRE(found.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(std::abs(expected[i]) > 1e-3F);
    CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
  }
}

}  // namespace zoo_slimmed_networks_test
