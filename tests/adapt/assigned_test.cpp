// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/assigned.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/predictor.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_assigned_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<5, 30>, nn::batch_norm, nn::relu, nn::linear<30, 3>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 8>;

/// Says what it was handed.
struct receiver : adapt::assigned<receiver, network> {
  static constexpr char const* called = "receiver";
  int times = 0;
  std::span<float const> parameters, statistics;
  void take(std::span<float const> p, std::span<float const> s) noexcept {
    ++times;
    parameters = p;
    statistics = s;
  }
};

}  // namespace

TEST_CASE("assigned: what fits the network is taken, and nothing else") {
  device d;
  d.step(support::draw<float>(40, 1), support::draw_labels(8, 3, 2));
  adapt::predictor<network> p;
  CHECK(std::ranges::count(p.parameters(), 0.0F) == network::parameters);
  std::vector<float> all(d.parameters().begin(), d.parameters().end());
  CHECK(p.try_assign(all).what == adapt::misfit::count);
  CHECK(support::message_of<error>([&] { p.assign(all); }) ==
        "predictor: statistics: expected 60, found 0");
  all.insert(all.end(), d.statistics().begin(), d.statistics().end());
  all[3] = std::nanf("");
  CHECK(p.try_assign(all).what == adapt::misfit::not_finite);
  CHECK(std::ranges::count(p.parameters(), 0.0F) == network::parameters);
  all[3] = 1;
  CHECK_FALSE(p.try_assign(all));
  CHECK(std::ranges::equal(p.statistics(), d.statistics()));
  p.assign(d.parameters(), d.statistics());
  CHECK(std::ranges::equal(p.parameters(), d.parameters()));
}

TEST_CASE("assigned: one span is taken apart, one that does not fit is never handed on") {
  receiver r;
  std::vector<float> all(network::parameters + network::statistics, 1.0F);
  r.assign(all);
  CHECK(r.times == 1);
  CHECK(r.parameters.data() == all.data());
  CHECK(r.parameters.size() == network::parameters);
  CHECK(r.statistics.data() == all.data() + network::parameters);
  CHECK(r.statistics.size() == network::statistics);
  for (std::size_t i = network::parameters; i < all.size(); ++i) all[i] = -0.5F;
  CHECK(r.try_assign(all).what == adapt::misfit::variance);
  CHECK(support::message_of<error>([&] { r.assign(std::span(all).first(7)); }) ==
        "receiver: parameters: expected 333, found 7");
  CHECK(r.times == 1);
}

}  // namespace adapt_assigned_test
