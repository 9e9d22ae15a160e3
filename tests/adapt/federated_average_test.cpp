// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/federated_average.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_federated_average_test {

using namespace halo;
using support::message_of;

namespace {

using network = nn::sequential<nn::linear<3, 4>, nn::batch_norm, nn::linear<4, 2>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 8>;
constexpr std::size_t n = network::parameters, k = network::statistics;
using average = adapt::federated_average<network>;

}  // namespace

TEST_CASE("federated_average: the weighted mean, and variances of all rows together, in double") {
  constexpr std::size_t fleet = 5;
  std::vector<double> const weights{3, 1, 0, 10, 2.5};
  std::vector<double> theta(n), mean(4), square(4);
  average a;
  double all = 0;
  for (std::size_t d = 0; d < fleet; ++d) {
    auto const parameters = support::draw<float>(n, d);
    auto statistics = support::draw<float>(k, 100 + d);
    for (std::size_t i = 4; i < 8; ++i) statistics[i] = std::abs(statistics[i]);
    a.add(parameters, statistics, weights[d]);
    all += weights[d];
    for (std::size_t i = 0; i < n; ++i) theta[i] += weights[d] * static_cast<double>(parameters[i]);
    for (std::size_t i = 0; i < 4; ++i) {  // means of x and x² over a device's rows
      auto const m = static_cast<double>(statistics[i]), v = static_cast<double>(statistics[i + 4]);
      mean[i] += weights[d] * m;
      square[i] += weights[d] * (v + m * m);
    }
  }
  CHECK(a.weight() == all);
  for (std::size_t i = 0; i < n; ++i)
    CHECK(static_cast<double>(a.parameters()[i]) == doctest::Approx(theta[i] / all).epsilon(1e-5));
  for (std::size_t i = 0; i < 4; ++i) {
    double const m = mean[i] / all;
    CHECK(static_cast<double>(a.statistics()[i]) == doctest::Approx(m).epsilon(1e-5));
    CHECK(static_cast<double>(a.statistics()[i + 4]) ==
          doctest::Approx(square[i] / all - m * m).epsilon(1e-5));
  }
}

TEST_CASE("federated_average: equal devices give their very bits, and they take them back") {
  device d(optim::adam{}, seed{1}), other(optim::adam{}, seed{2});
  auto const t = support::draw_labels(8, 2, 3);
  for (std::uint64_t i = 0; i < 5; ++i) d.step(support::draw<float>(24, i), t);
  average a;
  for (double const weight : {1.0, 7.0, 0.3}) a.add(d, weight);
  CHECK(std::ranges::equal(a.parameters(), d.parameters()));
  CHECK(std::ranges::equal(a.statistics(), d.statistics()));
  other.assign(a.parameters(), a.statistics());
  CHECK(std::ranges::equal(other.parameters(), d.parameters()));
  a.clear();
  CHECK(a.weight() == 0);
}

TEST_CASE("federated_average: what does not fit changes nothing; it is saved like all else") {
  device const d(optim::adam{}, seed{1});
  average a;
  a.add(d, 2);
  auto const before = std::vector<float>(a.parameters().begin(), a.parameters().end());
  CHECK(message_of<error>([&] { a.add(d, -1); }) ==
        "federated_average: weight: expected a number of at least 0, found -1");
  CHECK(a.try_add(d.parameters().first(3), d.statistics(), 1).what == adapt::misfit::count);
  CHECK(a.try_add(d, std::nan("")).what == adapt::misfit::option);
  CHECK(std::ranges::equal(a.parameters(), before));
  CHECK(a.weight() == 2);
  device e(optim::adam{}, seed{1});
  average b;
  auto const bytes = adapt::write(d, a);
  adapt::resume(bytes.span(), e, b);
  CHECK(b.weight() == 2);
  CHECK(std::ranges::equal(b.parameters(), a.parameters()));
}

TEST_CASE("federated_average: means too far apart for a variance are refused") {
  average a;
  std::vector<float> const theta(n, 1.0F);
  std::vector<float> here(k, 1.0F), there = here;
  here[1] = 1e20F, there[1] = -1e20F;
  a.add(theta, here, 1);
  CHECK(a.statistics()[5] == 1);
  CHECK(message_of<error>([&] { a.add(theta, there, 1); }).find("variance of all: number 5") !=
        std::string::npos);
  CHECK(a.weight() == 1);
  CHECK(std::equal(here.begin(), here.end(), a.statistics().begin()));
  a.add(theta, here, 1);
  CHECK(std::equal(here.begin(), here.end(), a.statistics().begin()));
}

}  // namespace adapt_federated_average_test
