// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/gated.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/decide.hpp>
#include <halo/optim/selection.hpp>
#include <halo/optim/sgd.hpp>

namespace optim_gated_test {

using namespace halo;

namespace {

/// Every layer that a mask has room for.
struct everything {
  using state = optim::no_memory;
  static constexpr bool selective = false;
  static constexpr void record(auto&, auto&&) noexcept {}
  [[nodiscard]] optim::decision decide(state const&, generator const&, std::uint64_t,
                                       std::size_t) const noexcept {
    return {.layers = layer_mask::all()};
  }
  void observe(state&, optim::observation const&) const noexcept {}
};

}  // namespace

TEST_CASE("gated: opens and closes with the running accuracy, as a plain loop says") {
  optim::gated<optim::selection> const rule{.inner = optim::selection::dense()};
  optim::gated<optim::selection>::state state;
  generator g(seed{4});
  double running = 0;
  bool was_open = false;
  int turns = 0;
  for (int t = 1; t <= 3000; ++t) {
    CAPTURE(t);
    optim::decision const d = rule.decide(state, g, 0, 3);
    bool const open = running >= 0.9;
    CHECK(d.layers == layer_mask::all(3));
    CHECK(d.rows == (open ? 32U : 0U));
    CHECK(d.hardest == (open ? 8U : 0U));
    turns += open != was_open ? 1 : 0;
    was_open = open;
    double const level = t / 500 % 2 == 0 ? 0.8 : 0.97;
    double const accuracy = level + 0.02 * static_cast<double>(g.uniform());
    rule.observe(state, {1.0, accuracy, 1, 3});
    running += (t < 34 ? 1.0 / t : 0.03) * (accuracy - running);
    CHECK(state.accuracy == doctest::Approx(running).epsilon(1e-12));
  }
  CHECK(turns == 5);
}

TEST_CASE("gated: stays shut until all layers learn") {
  optim::gated<> const rule{};
  optim::gated<>::state state;
  generator const g(seed{4});
  for (int t = 0; t < 19; ++t) rule.observe(state, {1.0, 1.0, 1, 3});
  optim::decision d = rule.decide(state, g, 0, 3);
  CHECK(d.layers == layer_mask(6));
  CHECK(d.rows == 16);
  CHECK(d.hardest == 0);
  rule.observe(state, {1.0, 1.0, 1, 3});  // the plateau's twentieth step
  d = rule.decide(state, g, 0, 3);
  CHECK(d.layers == layer_mask(7));
  CHECK(d.rows == 32);
  CHECK(d.hardest == 8);
}

TEST_CASE("gated: opens for a policy that selects all there are and more, as layer_mask::all()") {
  optim::gated<everything> const rule{};
  optim::gated<everything>::state state;
  for (int i = 0; i < 50; ++i) rule.observe(state, {.loss = 0, .accuracy = 1, .layers = 3});
  optim::decision const d = optim::decide(rule, state, seed{1}, 50, 3);
  CHECK(d.layers == layer_mask::all(3));
  CHECK(d.rows == 32);
  CHECK(d.hardest == 8);
}

TEST_CASE("gated: stays shut where no answer is right or wrong, and remembers no NaN") {
  optim::gated<optim::selection> const rule{.inner = optim::selection::dense()};
  optim::gated<optim::selection>::state state;
  for (int i = 0; i < 40; ++i)
    rule.observe(state, {.loss = 0.1, .accuracy = std::nan(""), .layers = 3});
  CHECK(rule.decide(state, generator(seed{1}), 41, 3).hardest == 0);
  CHECK(state.accuracy == 0);
}

TEST_CASE("gated: what the inner policy remembers is remembered, name by name") {
  optim::gated<>::state state;
  std::size_t fields = 0;
  walk(state, [&]<class T>(field_path const&, recorded_field<T> const& field) {
    if constexpr (!std::is_const_v<T>) field.values[0] = static_cast<T>(++fields);
  });
  CHECK(fields == 9);
  CHECK(state.inner.deeper == 1);
  CHECK(state.inner.slow == 5);
  CHECK(state.accuracy == 9);
}

TEST_CASE("gated: stays shut where a loss has no right and wrong answers") {
  optim::gated<optim::selection> const rule{.accuracy = 0};
  optim::gated<optim::selection>::state state;
  for (int t = 0; t < 300; ++t) {
    CHECK(rule.decide(state, generator(seed{4}), 0, 3).hardest == 0);
    rule.observe(state, {0.01, std::numeric_limits<double>::quiet_NaN(), 1, 3});
  }
  rule.observe(state, {0.01, 1.0, 1, 3});
  CHECK(rule.decide(state, generator(seed{4}), 0, 3).hardest == 8);
}

TEST_CASE("gated: by the loss where it has no accuracy, if asked") {
  optim::gated<optim::selection> const rule{.accuracy = 0.8, .by_loss = true};
  optim::gated<optim::selection>::state state;
  auto const observe = [&](double loss, double baseline) {
    rule.observe(state, {.loss = loss,
                         .accuracy = std::nan(""),
                         .operations = 1,
                         .layers = 3,
                         .baseline = baseline});
    return rule.decide(state, generator(seed{4}), 0, 3).hardest;
  };
  CHECK(observe(0.1, 0) == 0);  // nobody knows what is good
  CHECK(state.steps == 0);
  CHECK(observe(3, 2) == 0);  // worse than an answer that looks at no example: 0
  CHECK(state.accuracy == 0);
  CHECK(observe(0.2, 2) == 0);
  CHECK(state.accuracy == doctest::Approx(0.45));
  for (int t = 0; t < 5; ++t) observe(0.02, 2);
  CHECK(state.accuracy == doctest::Approx((0.0 + 0.9 + 5 * 0.99) / 7));
  CHECK(observe(0, 2) == 8);
  rule.observe(state, {.loss = 0, .accuracy = 0, .layers = 3, .baseline = 2});
  CHECK(rule.decide(state, generator(seed{4}), 0, 3).hardest == 0);  // accuracy comes first
}

TEST_CASE("gated: a device tells its policy the baseline") {
  using network = nn::sequential<nn::linear<1, 1>>;
  using policy = optim::gated<optim::selection>;
  using device = adapt::adapter<network, nn::mean_square, optim::sgd, 8, policy>;
  policy const by_loss{.rows = 8, .hardest = 2, .accuracy = 0.9, .by_loss = true};
  std::vector<float> const x{-2, -1, 0, 1, 2, 3, 4, 5};
  device knows(optim::sgd{{.rate = 1e-6F}}, std::vector<float>{1, 0.1F}, {}, by_loss);
  CHECK(knows.step(x, x).examples == 8);
  CHECK(knows.step(x, x).examples == 2);  // 0.01 of a variance of 6 is left
  device learns(optim::sgd{{.rate = 1e-6F}}, std::vector<float>{0, 0}, {}, by_loss);
  CHECK(learns.step(x, x).examples == 8);
  CHECK(learns.step(x, x).examples == 8);
}

namespace {

/// Always the hardest quarter.
struct hardest_quarter {
  using state = optim::no_memory;
  static constexpr bool selective = true;
  static constexpr void record(auto&, auto&& f) { f.constant("name", "hardest_quarter"); }
  [[nodiscard]] optim::decision decide(state const&, generator const&, std::uint64_t,
                                       std::size_t layers) const noexcept {
    return {.layers = layer_mask::all(layers), .rows = 32, .hardest = 8};
  }
  void observe(state&, optim::observation const&) const noexcept {}
};

/// How far a regression lies above the truth, learned from targets whose noise is skewed.
template <class Policy>
double bias() {
  using network = nn::sequential<nn::linear<1, 16>, nn::tanh, nn::linear<16, 1>>;
  using device = adapt::adapter<network, nn::mean_square, optim::averaged<optim::adam>, 32, Policy>;
  auto const d = std::make_unique<device>(optim::averaged(optim::adam{{.rate = 3e-3F}}), seed{6});
  generator g(seed{9});
  std::vector<float> x(32), t(32);
  for (int i = 0; i < 4000; ++i) {
    for (std::size_t r = 0; r < 32; ++r) {
      x[r] = 4 * g.uniform() - 2;
      t[r] = std::sin(x[r]) - 0.3F * std::log(1 - g.uniform()) - 0.3F;  // exponential, mean 0
    }
    d->step(x, t);
  }
  double sum = 0;
  std::vector<float> y(32);
  for (std::size_t r = 0; r < 32; ++r) x[r] = static_cast<float>(r) / 8 - 2;
  d->predict(x, std::span(y));
  for (std::size_t r = 0; r < 32; ++r) sum += static_cast<double>(y[r] - std::sin(x[r])) / 32;
  return sum;
}

}  // namespace

TEST_CASE("gated: targets with skewed noise are learned without a bias" *
          doctest::test_suite("long")) {
  CHECK(std::abs(bias<optim::gated<>>()) < 0.02);
  CHECK(std::abs(bias<hardest_quarter>()) > 0.06);
}

namespace {
struct prefers_a_gate {
  using preferred_policy = optim::gated<>;
};
struct with_statistics {
  static constexpr std::size_t statistics = 4;
};
struct without_statistics {
  static constexpr std::size_t statistics = 0;
};
}  // namespace

TEST_CASE("gated: falls back to what is inside where a network cannot run backward on some rows") {
  static_assert(
      std::is_same_v<optim::policy_for<prefers_a_gate, with_statistics>, optim::deepening>);
  static_assert(
      std::is_same_v<optim::policy_for<prefers_a_gate, without_statistics>, optim::gated<>>);
  static_assert(std::is_same_v<optim::policy_for<optim::adam, with_statistics>, optim::selection>);
  CHECK(optim::gated<>::selective);
  CHECK_FALSE(optim::policy_for<prefers_a_gate, with_statistics>::selective);
}

}  // namespace optim_gated_test
