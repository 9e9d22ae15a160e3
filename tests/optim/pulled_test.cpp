// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/pulled.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/forget.hpp>
#include <halo/optim/pruned.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/device.hpp"
#include "../support/layouts.hpp"
#include "../support/network.hpp"
#include "../support/unrecorded.hpp"

namespace optim_pulled_test {

using namespace halo;

namespace {

using layout = support::three_layers<7, 2, 17, 3>;
constexpr std::size_t n = layout::size;

std::size_t layer_of(std::size_t i) { return i < 9 ? 0 : i < 26 ? 1 : 2; }

}  // namespace

TEST_CASE("pulled: a step of the inner optimizer, then a share of the way back, in a plain loop") {
  optim::pulled const rule(optim::adam{{.rate = 0.05F}}, {.pull = 2});
  auto state = rule.init<layout, double>();
  auto alone = rule.inner.init<layout, double>();
  auto theta = support::draw<double>(n, 1), expected = theta;
  auto const start = theta;
  for (std::uint64_t t = 0; t < 200; ++t) {
    CAPTURE(t);
    auto const g = support::draw<double>(n, 2 + t);
    optim::step_context<double> context;
    context.mask = layer_mask(t < 5 ? 2 : 1 + t % 7);  // a layer may begin late
    context.anew = layer_mask::only(2);
    context.rate = t % 2 == 0 ? 1 : 0.5;
    REQUIRE(rule.step(theta.data(), g.data(), state, context) == optim::status::done);
    REQUIRE(rule.inner.step(expected.data(), g.data(), alone, context) == optim::status::done);
    double const share = context.rate * static_cast<double>(0.05F) * 2;
    for (std::size_t i = 0; i < n; ++i) {
      bool const pulls = context.mask[layer_of(i)] && layer_of(i) != 2;
      if (pulls) expected[i] -= share * (expected[i] - start[i]);
      CHECK(theta[i] == doctest::Approx(expected[i]).epsilon(1e-10));
    }
    expected = theta;
  }
}

TEST_CASE("pulled: without a gradient parameters go back where they came from, and not past it") {
  for (float const pull : {1.0F, 1e9F}) {
    optim::pulled const rule(optim::sgd{{.rate = 0.1F}}, {.pull = pull});
    auto state = rule.init<layout>();
    auto theta = support::draw<float>(n, 1);
    auto const start = theta;
    std::vector<float> const g = support::draw<float>(n, 2), none(n);
    for (int i = 0; i < 5; ++i) rule.step(theta.data(), g.data(), state);
    for (int i = 0; i < 200; ++i) rule.step(theta.data(), none.data(), state);
    for (std::size_t i = 0; i < n; ++i) CHECK(theta[i] == doctest::Approx(start[i]).epsilon(1e-5));
  }
}

TEST_CASE("pulled: no pull is the inner optimizer, bit by bit") {
  optim::pulled const rule(optim::adam{}, {.pull = 0});
  auto state = rule.init<layout>();
  auto alone = rule.inner.init<layout>();
  auto theta = support::draw<float>(n, 1), other = theta;
  for (std::uint64_t t = 0; t < 20; ++t) {
    auto const g = support::draw<float>(n, 2 + t);
    rule.step(theta.data(), g.data(), state);
    rule.inner.step(other.data(), g.data(), alone);
    CHECK(theta == other);
  }
}

TEST_CASE("pulled: the largest numbers stay finite") {
  float const most = std::numeric_limits<float>::max();
  optim::pulled const rule(optim::sgd{{.rate = 1}}, {.pull = 0.5F});
  auto state = rule.init<flat_layout<4>>();
  std::vector<float> theta{-most, most, most, -most};
  std::vector<float> const g(4);
  rule.step(theta.data(), g.data(), state);
  CHECK(theta == std::vector<float>{-most, most, most, -most});
  theta = {most, -most, most, -most};  // as far from the start as can be
  rule.step(theta.data(), g.data(), state);
  for (float const x : theta) CHECK(std::isfinite(x));
  CHECK(std::abs(theta[0]) < most);
}

TEST_CASE("pulled: a first step that does nothing keeps no start") {
  optim::pulled const rule(optim::adam{}, {.pull = 1});
  auto state = rule.init<layout>();
  auto const before = support::bytes_of(state);
  auto theta = support::draw<float>(n, 1), g = support::draw<float>(n, 2);
  g[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(rule.step(theta.data(), g.data(), state) == optim::status::non_finite);
  CHECK(support::bytes_of(state) == before);
}

TEST_CASE("pulled: behind new parameters the start is these, of the layers that are new") {
  optim::pulled const rule(optim::adam{{.rate = 0.1F}}, {.pull = 1});
  auto state = rule.init<layout>();
  auto theta = support::draw<float>(n, 1);
  auto const start = theta;
  for (int i = 0; i < 3; ++i) rule.step(theta.data(), support::draw<float>(n, 2).data(), state);
  for (std::size_t i = 9; i < 26; ++i) theta[i] = 5;
  optim::forget(rule, state, layer_mask::only(1), static_cast<float const*>(theta.data()));
  rule.step(theta.data(), support::draw<float>(n, 3).data(), state);
  for (std::size_t i = 0; i < n; ++i) CHECK(state.start[i] == (layer_of(i) == 1 ? 5 : start[i]));
}

TEST_CASE("pulled: pruned weights stay pruned, in both orders, as do schedules around and inside") {
  auto const zeros = [](auto const& rule) {
    auto state = rule.template init<layout>();
    auto theta = support::draw<float>(n, 1);
    rule.step(theta.data(), support::draw<float>(n, 2).data(), state);
    static_cast<void>(optim::prune(state, std::span(theta), 0.5));
    auto const pruned = theta;
    for (std::uint64_t t = 0; t < 10; ++t)
      rule.step(theta.data(), support::draw<float>(n, 3 + t).data(), state);
    std::size_t gone = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (pruned[i] != 0) continue;
      CHECK(theta[i] == 0);
      ++gone;
    }
    CHECK(gone > 9);
  };
  zeros(optim::pulled(optim::pruned(optim::adam{}), {.pull = 100}));
  zeros(optim::pruned(optim::pulled(optim::adam{}, {.pull = 100})));

  // the rate is found behind wrappers, a schedule around reaches the pull
  auto const back = [](auto const& rule) {
    auto state = rule.template init<flat_layout<1>>();
    float theta = 0;
    float const none = 0;
    rule.step(&theta, &none, state);
    theta = 1;
    rule.step(&theta, &none, state);
    return 1 - theta;
  };
  optim::sgd const sgd{{.rate = 0.1F}};
  optim::step_decay const half{.period = 1, .factor = 0.5};
  CHECK(back(optim::pulled(sgd, {.pull = 1})) == doctest::Approx(0.1));
  CHECK(back(optim::pulled(optim::clipped(sgd), {.pull = 1})) == doctest::Approx(0.1));
  CHECK(back(optim::scheduled(optim::pulled(sgd, {.pull = 1}), half)) == doctest::Approx(0.05));
  CHECK(back(optim::pulled(optim::scheduled(sgd, half), {.pull = 1})) == doctest::Approx(0.1));
}

TEST_CASE("pulled: an adapter that is resumed is pulled to where the run began") {
  using network = nn::sequential<nn::linear<4, 6>, nn::tanh, nn::linear<6, 3>>;
  using device = adapt::adapter<network, nn::cross_entropy, optim::pulled<optim::adam>, 8>;
  optim::pulled<optim::adam> const rule(optim::adam{{.rate = 0.02F}}, {.pull = 5});
  device a(rule, seed{1}), b(rule, seed{2}), free(rule, seed{1});
  auto const theta = support::draw<float>(network::parameters, 3);
  a.assign(theta), free.assign(theta);
  free.set_optimizer(optim::pulled(rule.inner, {.pull = 0}));
  a.redraw_head(seed{4}), free.redraw_head(seed{4});
  auto const x = support::draw<float>(32, 5);
  std::vector<std::int32_t> const y = support::draw_labels(8, 3, 6);
  for (int i = 0; i < 40; ++i) {
    if (i == 20) adapt::resume(adapt::write(a).span(), b);
    a.step(x, y), free.step(x, y);
    if (i >= 20) b.step(x, y);
  }
  CHECK(std::ranges::equal(a.parameters(), b.parameters()));
  double far = 0, near = 0;
  for (std::size_t i = 0; i < 30; ++i) {
    near += std::abs(static_cast<double>(a.parameters()[i] - theta[i]));
    far += std::abs(static_cast<double>(free.parameters()[i] - theta[i]));
  }
  CHECK(near < 0.6 * far);
  for (std::size_t i = 30; i < network::parameters; ++i)  // the head was drawn: no pull at all
    CHECK(a.state().start[i] != a.parameters()[i]);
  CHECK(support::unrecorded_bytes(optim::pulled<optim::sgd>{}) == 0);
  CHECK(first_bad_option(optim::pulled(optim::sgd{}, {.pull = -1})));
}

}  // namespace optim_pulled_test
