// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/snapshot.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace adapt_snapshot_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<3, 4>, nn::batch_norm, nn::linear<4, 2>>;
template <class Optimizer>
using device = adapt::adapter<network, nn::cross_entropy, Optimizer, 8>;

template <class Device>
void go(Device& d, std::uint64_t from) {
  std::vector<std::int32_t> const t = support::draw_labels(8, 2, 3);
  for (std::uint64_t i = 0; i < 9; ++i) d.step(support::draw<float>(24, from + i), t);
}

}  // namespace

TEST_CASE("snapshot: parameters, statistics and drawn layers come back, and steps go on") {
  device<optim::adam> d(optim::adam{}, seed{1});
  go(d, 1);
  d.set_drawn(layer_mask::only(2));
  std::vector<float> const theta(d.parameters().begin(), d.parameters().end());
  std::vector<float> const moments(d.statistics().begin(), d.statistics().end());
  adapt::snapshot<network> const before(d);
  d.redraw_head(seed{9});
  go(d, 50);
  CHECK_FALSE(std::ranges::equal(d.statistics(), moments));
  d.set_drawn(layer_mask::all(3));
  before.restore(d);
  CHECK(std::ranges::equal(d.parameters(), theta));
  CHECK(std::ranges::equal(d.statistics(), moments));
  CHECK(d.drawn() == layer_mask::only(2));

  device<optim::adam> other(optim::adam{}, seed{1});  // as if assigned
  go(other, 1), go(other, 50);
  other.assign(theta, moments);
  go(d, 70), go(other, 70);
  CHECK(std::ranges::equal(d.parameters(), other.parameters()));
}

TEST_CASE("snapshot: of an optimizer that averages it takes what the device answers with") {
  device<optim::averaged<optim::adam>> d(optim::adam{}, seed{1});
  go(d, 1);
  auto const averaged = d.parameters(adapt::weights::averaged);
  std::vector<float> const theta(averaged.begin(), averaged.end());
  adapt::snapshot<network> const before(d);
  go(d, 50);
  before.restore(d);
  CHECK(std::ranges::equal(d.parameters(adapt::weights::averaged), theta));
  CHECK(std::ranges::equal(d.parameters(adapt::weights::raw), theta));
}

}  // namespace adapt_snapshot_test
