// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/estimated.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_estimated_test {

using namespace halo;

namespace {

using first_norm = nn::sequential<shape<3>, nn::batch_norm, nn::linear<3, 2>>;
template <class Network, std::size_t MaxBatch>
using device = adapt::adapter<Network, nn::cross_entropy, optim::adam, MaxBatch>;

std::vector<float> copy(std::span<float const> x) { return {x.begin(), x.end()}; }

/// Means and variances of three numbers a row, these divided by rows - 1, of which each part knows
/// its own alone.
void check_moments(std::span<float const> found, std::vector<float> const& x, std::size_t rows) {
  for (std::size_t c = 0; c < 3; ++c) {
    double mean = 0, square = 0;
    auto const n = static_cast<double>(rows);
    for (std::size_t r = 0; r < rows; ++r) mean += static_cast<double>(x[3 * r + c]) / n;
    for (std::size_t r = 0; r < rows; ++r) {
      double const off = static_cast<double>(x[3 * r + c]) - mean;
      square += off * off;
    }
    CHECK(static_cast<double>(found[c]) == doctest::Approx(mean).epsilon(1e-5));
    CHECK(static_cast<double>(found[3 + c]) == doctest::Approx(square / (n - 1)).epsilon(1e-5));
  }
}

}  // namespace

TEST_CASE("estimated: mean and variance of all rows together, whatever the parts") {
  constexpr std::size_t rows = 61;
  auto x = support::draw<float>(3 * rows, 4);
  for (std::size_t i = 0; i < x.size(); ++i)  // means that differ from part to part
    x[i] = 2 * x[i] + static_cast<float>(i / 30);
  device<first_norm, 8> d;  // 8 parts of 7 and 8
  CHECK(support::allocations_of([&] { static_cast<void>(d.try_estimate_statistics(x)); }) == 0);
  check_moments(d.statistics(), x, rows);
  device<first_norm, 2> pairs;  // the last row alone has no variance, and is left out
  pairs.estimate_statistics(x);
  check_moments(pairs.statistics(), x, rows - 1);
  device<first_norm, 64> at_once;
  at_once.estimate_statistics(x);
  check_moments(at_once.statistics(), x, rows);
}

TEST_CASE("estimated: a sensor that drifted is read again without a label") {
  using network = nn::sequential<shape<2>, nn::batch_norm, nn::linear<2, 8>, nn::batch_norm,
                                 nn::tanh, nn::linear<8, 2>>;
  device<network, 16> d(optim::adam{{.rate = 1e-2F}}, seed{3});
  auto const rows = [](std::uint64_t stream) { return support::draw<float>(2 * 160, stream); };
  auto const labels = [](std::vector<float> const& x) {
    std::vector<std::int32_t> t;
    for (std::size_t i = 0; i < x.size(); i += 2) t.push_back(x[i] > x[i + 1] ? 1 : 0);
    return t;
  };
  auto const x = rows(1);
  auto const t = labels(x);
  for (std::size_t i = 0; i < 200; ++i)
    d.step(std::span(x).subspan(i % 10 * 32, 32), std::span(t).subspan(i % 10 * 16, 16));
  auto drifted = rows(2);
  auto const truth = labels(drifted);
  CHECK(d.accuracy(drifted, truth) > 0.9);
  for (std::size_t i = 0; i < drifted.size(); ++i)
    drifted[i] = i % 2 == 0 ? 5 * drifted[i] + 9 : 0.2F * drifted[i] - 3;
  CHECK(d.accuracy(drifted, truth) < 0.7);
  auto const theta = copy(d.parameters());
  d.estimate_statistics(drifted);
  CHECK(d.accuracy(drifted, truth) > 0.9);
  CHECK(std::ranges::equal(d.parameters(), theta));
}

TEST_CASE("estimated: what does not fit changes nothing") {
  device<first_norm, 8> d;
  d.estimate_statistics(support::draw<float>(30, 1));
  auto const before = copy(d.statistics());
  auto x = support::draw<float>(60, 2);
  CHECK(d.try_estimate_statistics(std::span(x).first(4)).what == adapt::misfit::example_size);
  CHECK(d.try_estimate_statistics(std::span(x).first(0)).what == adapt::misfit::no_examples);
  x[50] = std::numeric_limits<float>::infinity();
  CHECK(support::message_of<error>([&] { d.estimate_statistics(x); }) ==
        "estimate_statistics: x: number 50: expected a finite number, found inf");
  x[50] = std::numeric_limits<float>::max();
  CHECK(d.try_estimate_statistics(x).what == adapt::misfit::not_finite);
  CHECK(std::ranges::equal(d.statistics(), before));
  d.estimate_statistics(std::span(x).first(3));  // one number a channel: nothing to learn
  CHECK(std::ranges::equal(d.statistics(), before));
}

}  // namespace adapt_estimated_test
