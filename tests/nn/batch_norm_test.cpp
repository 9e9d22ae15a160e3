// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/batch_norm.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ratio>
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_batch_norm_test {

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
  arena.resize(Network::arena_size(p.capacity));
  float const* const y = Network::template forward<float*>(p, theta.data(), x.data(), arena.data());
  return {y, y + p.rows * Network::outputs};
}

/// Statistics of five channels.
std::vector<float> moments() {
  auto all = draw<float>(10, 3);
  for (std::size_t c = channels; c < 10; ++c) all[c] = 0.5F + std::abs(all[c]);
  return all;
}

/// Counts steps.
struct counting_norm : nn::stateless_layer {
  static constexpr char const* kind = "counting";
  template <class>
  static constexpr bool accepts = true;
  template <class Y>
  using output = Y;
  template <class>
  static constexpr std::array<nn::tensor_spec, 1> statistics{
      nn::tensor_spec{"steps", {1, 0, 0, 0}, 1, parameter_role::bias}};
  static constexpr bool elementwise = false, needs_input = false, needs_output = false;
  template <class Y, class C, class P>
  static void forward(nn::pass const&, C, C, P, P) noexcept {}
  template <class Y, class P>
  static void backward(nn::pass const&, nn::backward_arguments<P> const&) noexcept {}
  template <class Y, class T>
  static bool observe(nn::pass const&, T const*, float* running) noexcept {
    if (running != nullptr) *running += 1;
    return true;
  }
};

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
}

TEST_CASE("batch norm: one number a channel leaves running statistics alone and goes by them") {
  using flat = nn::sequential<shape<5>, nn::batch_norm>;
  auto const theta = draw<float>(flat::parameters, 1), x = draw<float>(5, 2);
  auto const dy = draw<float>(5, 3);
  auto const given = moments();
  std::vector<float> arena(flat::arena_size(1)), again = arena;
  nn::pass const step{.rows = 1, .capacity = 1, .training = true, .statistics = given.data()};
  nn::pass evaluation = step;
  evaluation.training = false;
  CHECK(forward<flat>(step, theta, x, arena) == forward<flat>(evaluation, theta, x, again));
  auto running = given;
  CHECK(flat::observe(step, static_cast<float const*>(arena.data()), running.data()));
  CHECK(running == given);
  // and so goes the gradient
  std::vector<float> gradient(10), expected(10);
  auto upper = dy;
  flat::backward<float*>(step, theta.data(), x.data(), arena.data(), upper.data(), gradient.data());
  upper = dy;
  flat::backward<float*>(evaluation, theta.data(), x.data(), again.data(), upper.data(),
                         expected.data());
  CHECK(gradient == expected);
  for (std::size_t c = 0; c < 5; ++c) CHECK(gradient[c] != 0);
  // two are a mini-batch
  auto const two = draw<float>(10, 4);
  forward<flat>(step, theta, two, arena);
  CHECK(flat::observe({.rows = 2, .capacity = 2}, static_cast<float const*>(arena.data()),
                      running.data()));
  for (std::size_t i = 0; i < 10; ++i) CHECK(running[i] != given[i]);
}

TEST_CASE("batch norm: what a mask leaves out does not move, and goes by what the pass says") {
  using deep = nn::sequential<nn::linear<5, 5>, nn::batch_norm,
                              nn::residual<nn::linear<5, 5>, nn::batch_norm>, nn::linear<5, 2>>;
  static_assert(deep::layers == 5 && deep::statistics == 20);
  auto const theta = draw<float>(deep::parameters, 1), x = draw<float>(8 * 5, 2);
  auto given = moments();
  given.insert(given.end(), given.begin(), given.end());
  std::vector<float> arena;
  nn::pass p{.rows = 8, .capacity = 8, .training = true, .statistics = given.data()};
  auto const moved_by = [&](layer_mask layers) {
    p.layers = layers;
    forward<deep>(p, theta, x, arena);
    auto running = given;
    CHECK(deep::observe(p, static_cast<float const*>(arena.data()), running.data()));
    std::uint64_t moved = 0;
    for (std::size_t i = 0; i < 20; ++i)
      moved |= running[i] != given[i] ? std::uint64_t{1} << i : 0;
    return moved;
  };
  for (nn::normalization const m : {nn::normalization::batch, nn::normalization::running}) {
    p.normalize_by = m;
    CHECK(moved_by(layer_mask::all()) == 0xfffff);
    CHECK(moved_by(layer_mask::top(1, 5)) == 0);
    CHECK(moved_by(layer_mask::only(0)) == 0);
    CHECK(moved_by(layer_mask::only(1)) == 0x3ff);
    CHECK(moved_by(layer_mask::only(3)) == 0xffc00);
    // of a mini-batch that overflows a norm that stays is not asked
    auto bad = x;
    bad[3] = 1e30F;
    p.layers = layer_mask::only(4);
    forward<deep>(p, theta, bad, arena);
    CHECK(deep::observe(p, static_cast<float const*>(arena.data()), nullptr));
  }

  auto const outputs = [&](layer_mask layers, nn::normalization m, bool training = true) {
    nn::pass q{
        .training = training, .layers = layers, .statistics = given.data(), .normalize_by = m};
    return forward<deep>(q, theta, x, arena);
  };
  auto const head = layer_mask::top(1, 5), all = layer_mask::all();
  CHECK(outputs(head, nn::normalization::batch) == outputs(all, nn::normalization::batch));
  CHECK(outputs(all, nn::normalization::running) == outputs(all, nn::normalization::batch));
  CHECK(outputs(head, nn::normalization::running) ==
        outputs(all, nn::normalization::running, false));
  CHECK(outputs(head, nn::normalization::running) != outputs(head, nn::normalization::batch));
  CHECK(outputs(layer_mask::only(1), nn::normalization::running) !=
        outputs(head, nn::normalization::running));
}

TEST_CASE("batch norm: a layer with statistics and no parameters moves with the one before it") {
  using bare = nn::sequential<nn::linear<5, 5>, counting_norm, nn::linear<5, 5>>;
  static_assert(bare::layers == 2 && bare::statistics == 1);
  std::vector<float> arena(bare::arena_size(1));
  float running = 0;
  for (std::uint64_t bits = 0; bits < 4; ++bits) {
    float const before = running;
    CHECK(bare::observe({.rows = 1, .capacity = 1, .layers = layer_mask(bits)},
                        static_cast<float const*>(arena.data()), &running));
    CHECK(running == before + static_cast<float>(bits & 1U));
  }
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

}  // namespace nn_batch_norm_test
