// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/hardest.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "../support/network_cases.hpp"

namespace adapt_hardest_test {

using namespace halo;

namespace {

/// The hardest rows by sorting all of them.
std::vector<std::uint32_t> by_sorting(std::vector<float> const& losses, std::size_t k) {
  std::vector<std::uint32_t> rows(losses.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    return losses[a] != losses[b] ? losses[a] > losses[b] : a < b;
  });
  rows.resize(k);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

TEST_CASE("hardest: loss and gradient of the rows it chose are those of running them alone") {
  using network = support::norm_case::network;
  constexpr std::size_t capacity = 40, rows = 32, k = 8;
  std::vector<float> const theta = support::draw<float>(network::parameters, 1, 0.5);
  std::vector<float> const x = support::draw<float>(rows * network::inputs, 2);
  std::vector<std::int32_t> const t = support::draw_labels(rows, 3, 3);
  nn::workspace<network, float, capacity> work, alone;
  nn::pass p{.rows = rows, .capacity = capacity, .training = true};
  float const* y = network::forward<float*>(p, theta.data(), x.data(), work.arena.data());
  std::vector<float> losses(rows);
  float const mean =
      nn::cross_entropy::value_and_losses(rows, std::size_t{3}, y, t.data(), losses.data());

  adapt::detail::hardest<network, nn::cross_entropy, capacity> chosen;
  float const* some_x = x.data();
  double const loss = chosen.differentiate(p, some_x, t.data(), y, k, work.arena.data(),
                                           work.output_gradient.data());
  CHECK(loss == static_cast<double>(mean));
  CHECK(p.rows == k);
  std::vector<float> g(network::parameters), expected(network::parameters);
  network::backward<float*>(p, theta.data(), some_x, work.arena.data(), work.output_gradient.data(),
                            g.data());

  auto const hard = by_sorting(losses, k);
  std::vector<float> hard_x;
  std::vector<std::int32_t> hard_t;
  for (std::uint32_t i : hard) {
    hard_x.insert(hard_x.end(), x.data() + i * network::inputs,
                  x.data() + (i + 1) * network::inputs);
    hard_t.push_back(t[i]);
  }
  CHECK(std::equal(hard_x.begin(), hard_x.end(), some_x));
  nn::value_and_gradient<network, nn::cross_entropy, float*>(nn::pass{.rows = k, .training = true},
                                                             theta.data(), hard_x.data(),
                                                             hard_t.data(), expected.data(), alone);
  CHECK(g == expected);
}

TEST_CASE("hardest: all of them, or a loss that is not finite, leave everything in its place") {
  using network = support::small_case::network;
  constexpr std::size_t capacity = 8;
  std::vector<float> const theta = support::draw<float>(network::parameters, 1);
  std::vector<float> x = support::draw<float>(6 * network::inputs, 2);
  std::vector<std::int32_t> const t = support::draw_labels(6, 3, 3);
  for (bool const poisoned : {false, true}) {
    CAPTURE(poisoned);
    if (poisoned) x[11] = std::numeric_limits<float>::quiet_NaN();
    nn::workspace<network, float, capacity> work;
    nn::pass p{.rows = 6, .capacity = capacity, .training = true};
    float const* y = network::forward<float*>(p, theta.data(), x.data(), work.arena.data());
    adapt::detail::hardest<network, nn::cross_entropy, capacity> chosen;
    float const* now = x.data();
    double const loss = chosen.differentiate(p, now, t.data(), y, poisoned ? 3 : 6,
                                             work.arena.data(), work.output_gradient.data());
    CHECK(std::isfinite(loss) == !poisoned);
    CHECK(now == x.data());
    CHECK(p.rows == 6);
    CHECK(p.source == nullptr);
  }
}

}  // namespace adapt_hardest_test
