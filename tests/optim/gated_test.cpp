// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/gated.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include <halo/optim/selection.hpp>

using namespace halo;

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
