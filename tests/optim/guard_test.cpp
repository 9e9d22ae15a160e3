// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/guard.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include <halo/learned/halo_rule.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/network.hpp"
#include "../support/unrecorded.hpp"

namespace optim_guard_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<8, 16>, nn::relu, nn::linear<16, 4>>;
constexpr std::size_t rows = 16;

/// The class is where the largest of four inputs is.
struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  explicit examples(std::uint64_t i, std::size_t n = rows)
      : x(support::draw<float>(n * 8, 90 + i, 2)) {
    for (std::size_t r = 0; r < n; ++r) {
      float const* const row = x.data() + 8 * r;
      std::int32_t best = 0;
      for (std::int32_t k = 1; k < 4; ++k)
        if (row[k] > row[best]) best = k;
      t.push_back(best);
    }
  }
};

struct outcome {
  double accuracy = 0;
  int refused = 0;
  std::vector<float> theta;
};

/// Steps of an optimizer; every hundredth mini-batch has a glitch of some size, of changing sign
/// and place.
template <class Optimizer>
outcome run(Optimizer const& rule, int steps, float glitch) {
  using layout = network::layout;
  auto state = rule.template init<layout, float>();
  std::vector<float> theta(network::parameters), gradient(network::parameters);
  nn::initialize<layout, float>(std::span(theta), seed{5});
  auto const work = std::make_unique<nn::workspace<network, float, 512>>();
  outcome o;
  for (int i = 0; i < steps; ++i) {
    examples e(static_cast<std::uint64_t>(i));
    if (glitch > 0 && i % 100 == 37)
      e.x[static_cast<std::size_t>(i * 7) % e.x.size()] = i % 200 == 37 ? glitch : -glitch;
    float const loss = nn::value_and_gradient<network, nn::cross_entropy, float*>(
        {.rows = rows}, theta.data(), e.x.data(), e.t.data(), gradient.data(), *work);
    optim::step_context<float> context;
    context.loss = static_cast<double>(loss);
    if (rule.step(theta.data(), gradient.data(), state, context) ==
        optim::status::out_of_proportion)
      ++o.refused;
  }
  examples const test(1'000'000, 512);
  float const* const y = network::forward<float*>({.rows = 512, .capacity = 512}, theta.data(),
                                                  test.x.data(), work->arena.data());
  o.accuracy = nn::accuracy_of<nn::cross_entropy>(512, 4, y, test.t.data());
  o.theta = theta;
  return o;
}

bool same(std::vector<float> const& a, std::vector<float> const& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

template <class Optimizer>
void is_safe(Optimizer const& rule, int steps) {
  INFO(Optimizer::name);
  optim::guarded<Optimizer> const guarded(rule);
  outcome const clean = run(rule, steps, 0);
  CHECK(clean.accuracy > 0.85);
  outcome const watched = run(guarded, steps, 0);
  CHECK(watched.refused == 0);
  CHECK(same(watched.theta, clean.theta));
  for (float const glitch : {1e12F, 1e15F, 1e18F}) {
    CAPTURE(glitch);
    outcome const hit = run(guarded, steps, glitch);
    CHECK(hit.accuracy > clean.accuracy - 0.01);
  }
}

}  // namespace

TEST_CASE("guard: a glitch in one mini-batch of a hundred costs less than a point" *
          doctest::test_suite("long")) {
  is_safe(optim::sgd{{.rate = 0.05F}}, 1500);
  is_safe(optim::momentum{{.rate = 0.01F}}, 1500);
  is_safe(optim::adam{{.rate = 3e-3F}}, 1500);
  is_safe(learned::halo_rule{}, 1000);
}

TEST_CASE("guard: what it is for") {
  CHECK(run(optim::sgd{{.rate = 0.05F}}, 1500, 1e15F).accuracy < 0.5);
  CHECK(run(optim::adam{{.rate = 3e-3F}}, 1500, 1e12F).accuracy < 0.9);
}

TEST_CASE("guard: sizes of order one are ordinary, a thousand times the level is not") {
  optim::guard const g;
  optim::guard::state s;
  CHECK(g.accepts(s, 1e20, 1e8));
  CHECK_FALSE(g.accepts(s, 1, 1e10));
  g.accepted(s, 1e-9, 1e-9);
  CHECK(g.accepts(s, 999, 999));
  CHECK(g.accepts(s, -999, 0));
  CHECK_FALSE(g.accepts(s, 1001, 1));
  CHECK_FALSE(g.accepts(s, -1001, 1));
  CHECK_FALSE(g.accepts(s, 1, 1001));
  CHECK_FALSE(g.accepts(s, 1, 1, 2e9));
  for (int i = 0; i < 10; ++i) g.accepted(s, 40, 7, 3);
  CHECK(g.loss_limit(s) == 40'000);
  CHECK(g.gradient_limit(s) == 7000);
  CHECK(g.statistics_limit(s) == 3000);
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(g.accepts(s, nan, 1));
  CHECK_FALSE(g.accepts(s, 1, nan));
}

TEST_CASE("guard: one odd step that was accepted opens the door to no others") {
  optim::guard const g;
  optim::guard::state s;
  g.accepted(s, 2, 3);
  g.accepted(s, 1900, 2900);
  CHECK(g.loss_limit(s) == 4000);
  CHECK(g.gradient_limit(s) == 6000);
}

TEST_CASE("guard: never refuses for ever") {
  optim::guard const g;
  optim::guard::state s;
  for (double size = 1; size < 1e200; size *= 1e6) {
    int refused = 0;
    while (!g.accepts(s, size, size, size)) {
      g.refused(s);
      REQUIRE(++refused < 6);
    }
    g.accepted(s, size, size, size);
    CHECK(g.accepts(s, size, size, size));
  }
  // and what was accepted by patience is forgotten again
  for (int i = 0; i < 100'000; ++i) g.accepted(s, 1, 1, 1);
  CHECK_FALSE(g.accepts(s, 1, 1001));
}

TEST_CASE("guard: off refuses nothing") {
  optim::guard::state s;
  optim::guard const g = optim::guard::off();
  g.accepted(s, 1, 1);
  CHECK(g.accepts(s, 1e300, 1e300, 1e300));
}

TEST_CASE("guard: is recorded whole, its options have ranges") {
  CHECK(support::unrecorded_bytes(optim::guard{}) == 0);
  CHECK(support::unrecorded_bytes(optim::guard::state{}) == 0);
  CHECK(support::unrecorded_bytes(optim::guarded<optim::adam>{}) == 0);
  CHECK(first_bad_option(optim::guard{.factor = 1}));
  CHECK(first_bad_option(optim::guard{.patience = 0}));
  CHECK_FALSE(first_bad_option(optim::guard::off()));
}

TEST_CASE("guard: a step of no layer is empty, whatever its loss, and no glitch") {
  using layout = network::layout;
  optim::guarded<optim::sgd> const rule{};
  auto s = rule.init<layout, float>();
  std::vector<float> theta(layout::size, 1.0F), g(layout::size, 0.1F);
  optim::step_context<float> context{.loss = 1};
  REQUIRE(rule.step(theta.data(), g.data(), s, context) == optim::status::done);
  layer_mask const absent = layer_mask::all().without(layer_mask::all(layout::layers));
  for (layer_mask const none : {layer_mask{}, absent}) {
    context.mask = none;
    for (double const loss : {1.0, 1e30, std::numeric_limits<double>::quiet_NaN()}) {
      context.loss = loss;
      CHECK(rule.step(theta.data(), g.data(), s, context) == optim::status::empty);
    }
  }
  CHECK(s.guard.refused == 0);
}

}  // namespace optim_guard_test
