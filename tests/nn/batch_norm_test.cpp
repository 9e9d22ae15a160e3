// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/batch_norm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <ratio>
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

using namespace halo;
using support::draw;

namespace {

using X = shape<2, 3, 5>;
using network = nn::sequential<X, nn::batch_norm>;
constexpr std::size_t channels = 5, places = 6;

/// Mean and variance of channel c of an array of examples.
struct channel_moments {
  double mean = 0, variance = 0;
  channel_moments(std::vector<float> const& x, std::size_t c) {
    double const n = static_cast<double>(x.size() / channels);
    for (std::size_t i = c; i < x.size(); i += channels) mean += static_cast<double>(x[i]) / n;
    for (std::size_t i = c; i < x.size(); i += channels)
      variance += std::pow(static_cast<double>(x[i]) - mean, 2) / n;
  }
};

template <class Network = network>
std::vector<float> forward(nn::pass p, std::vector<float> const& theta, std::vector<float> const& x,
                           std::vector<float>& arena) {
  p.rows = p.capacity = x.size() / Network::inputs;
  arena.resize(p.capacity * Network::memory_per_row);
  float const* const y = Network::template forward<float*>(p, theta.data(), x.data(), arena.data());
  return {y, y + p.rows * Network::outputs};
}

}  // namespace

TEST_CASE("batch norm: one gain, bias, running mean and variance a channel") {
  using layout = network::layout;
  using statistics = network::statistics_layout;
  static_assert(network::parameters == 10 && layout::tensors == 2 && layout::layers == 1);
  static_assert(network::statistics == 10 && statistics::tensors == 2);
  static_assert(statistics::size == 10 && parameter_layout<statistics>);
  CHECK(layout::table[0].name() == "0.gain");
  CHECK(layout::table[1].name() == "0.bias");
  CHECK(statistics::table[0].name() == "0.mean");
  CHECK(statistics::table[1].name() == "0.variance");
  CHECK(statistics::table[1].offset == 5);
  std::vector<float> fresh(10);
  nn::initialize<statistics, float>(fresh, seed{1});
  CHECK(fresh == std::vector<float>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
  static_assert(!nn::layer<nn::batch_norm, shape<>> && !nn::layer<nn::batch_norm, shape<2, 0>>);
  static_assert(nn::sequential<nn::linear<3, 2>>::statistics == 0);
}

TEST_CASE("batch norm: a fresh one gives each channel mean 0 and variance 1 over the mini-batch") {
  std::vector<float> theta(network::parameters), arena;
  nn::initialize<network::layout, float>(theta, seed{1});
  for (std::size_t const rows : {1U, 2U, 33U}) {
    auto const x = draw<float>(rows * X::size, 1, 3.0);
    auto const y = forward({.training = true}, theta, x, arena);
    for (std::size_t c = 0; c < channels; ++c) {
      channel_moments const m(y, c);
      CHECK(std::abs(m.mean) < 1e-6);
      CHECK(m.variance == doctest::Approx(1).epsilon(1e-4));
    }
  }
}

TEST_CASE("batch norm: a pass with running statistics normalises by these") {
  auto const theta = draw<float>(network::parameters, 1), x = draw<float>(3 * X::size, 2);
  auto statistics = draw<float>(network::statistics, 3);
  for (std::size_t c = channels; c < 2 * channels; ++c) statistics[c] = std::abs(statistics[c]);
  std::vector<float> arena;
  auto const y = forward({.statistics = statistics.data()}, theta, x, arena);
  for (std::size_t i = 0; i < y.size(); ++i) {
    std::size_t const c = i % channels;
    double const scale = 1 / std::sqrt(static_cast<double>(statistics[channels + c]) + 1e-5);
    double const z = (static_cast<double>(x[i]) - static_cast<double>(statistics[c])) * scale;
    double const expected =
        static_cast<double>(theta[c]) * z + static_cast<double>(theta[channels + c]);
    CHECK(static_cast<double>(y[i]) == doctest::Approx(expected).epsilon(1e-5));
  }
  // and an example no longer depends on its neighbours
  std::vector<float> const first(x.begin(), x.begin() + X::size);
  auto const alone = forward({.statistics = statistics.data()}, theta, first, arena);
  CHECK(alone == std::vector<float>(y.begin(), y.begin() + X::size));
}

TEST_CASE("batch norm: derivatives with running statistics, in θ and x") {
  auto statistics = draw<float>(network::statistics, 3);
  for (std::size_t c = channels; c < 2 * channels; ++c) statistics[c] = 1 + std::abs(statistics[c]);
  std::size_t const rows = 2, n = network::parameters + rows * X::size;
  nn::pass const p{.rows = rows, .capacity = rows, .statistics = statistics.data()};
  auto const w = draw(rows * X::size, 4);
  std::vector<double> y(w.size()), memory(rows * 10), scratch(rows * 10);
  auto const loss = [&](std::span<double const> at) {
    nn::batch_norm::forward<X>(p, at.data(), at.data() + 10, y.data(), memory.data());
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * (y[i] / 2 + w[i]);
    return sum;
  };
  auto const gradient = [&](std::span<double const> at, std::span<double> g) {
    loss(at);
    std::vector<double> dy(w.size());
    for (std::size_t i = 0; i < y.size(); ++i) dy[i] = y[i] + w[i];
    nn::backward_arguments<double*> a{};
    a.theta = at.data();
    a.x = at.data() + 10;
    a.memory = memory.data();
    a.dy = dy.data();
    a.dx = g.data() + 10;
    a.gradient = g.data();
    a.scratch = scratch.data();
    nn::batch_norm::backward<X>(p, a);
  };
  auto const check = autodiff::check_gradient(loss, gradient, draw(n, 5));
  CAPTURE(check.index);
  CAPTURE(check.given);
  CAPTURE(check.expected);
  CHECK(check.passed);
}

TEST_CASE("batch norm: running statistics follow those of the mini-batches") {
  using slow = nn::sequential<X, nn::basic_batch_norm<std::ratio<1, 4>>>;
  std::vector<float> const theta(slow::parameters, 1);
  std::vector<float> running{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, arena;
  std::vector<double> expected(running.begin(), running.end());
  for (std::size_t const rows : {3U, 1U, 20U}) {
    auto const x = draw<float>(rows * X::size, rows, 2.0);
    forward<slow>({.training = true}, theta, x, arena);
    nn::pass const p{.rows = rows, .capacity = rows};
    CHECK(slow::observe(p, static_cast<float const*>(arena.data()), nullptr));
    double const n = static_cast<double>(rows * places);
    for (std::size_t c = 0; c < channels; ++c) {
      channel_moments const m(x, c);
      expected[c] += 0.25 * (m.mean - expected[c]);
      expected[channels + c] += 0.25 * (m.variance * n / (n - 1) - expected[channels + c]);
    }
    CHECK(slow::observe(p, static_cast<float const*>(arena.data()), running.data()));
    for (std::size_t i = 0; i < 10; ++i)
      CHECK(static_cast<double>(running[i]) == doctest::Approx(expected[i]).epsilon(1e-5));
  }
  // a single place has no variance to correct
  using flat = nn::sequential<shape<5>, nn::batch_norm>;
  forward<flat>({.training = true}, theta, draw<float>(5, 1), arena);
  std::vector<float> zero(10);
  CHECK(flat::observe({.rows = 1, .capacity = 1}, static_cast<float const*>(arena.data()),
                      zero.data()));
  for (std::size_t c = channels; c < 10; ++c) CHECK(zero[c] == 0);
}

TEST_CASE("batch norm: an infinite statistic is seen, even where outputs are finite") {
  std::vector<float> const theta(network::parameters, 1);
  auto x = draw<float>(4 * X::size, 1);
  std::vector<float> arena;
  nn::pass const p{.rows = 4, .capacity = 4};
  for (float const bad : {1e30F, std::numeric_limits<float>::quiet_NaN()}) {
    x[7] = bad;
    forward({.training = true}, theta, x, arena);
    CHECK_FALSE(network::observe(p, static_cast<float const*>(arena.data()), nullptr));
  }
}
