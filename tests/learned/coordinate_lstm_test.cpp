// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/coordinate_lstm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <halo/core/random.hpp>

#include "../support/learned_golden.hpp"
#include "../support/lstm.hpp"

namespace learned_coordinate_lstm_test {

namespace {

using namespace halo;
using support::learned_golden;
using support::worst_error;

/// What PyTorch computed: updates and all four parts of the state.
template <class T>
void follows_torch() {
  double const bound = sizeof(T) == 8 ? 1e-10 : 1e-4;
  learned_golden const g("dm_l2o");
  using program = learned::coordinate_lstm_program<learned::coordinate_lstm_options{.output = 0.1}>;
  using layout = support::vectors_layout<false, 16>;
  std::vector<T> weights;  // our tensors follow each other as theirs do
  for (char const* const name : {"W1", "b1", "W2", "b2", "Wo", "bo"})
    for (double const x : g[std::string("params.") + name]) weights.push_back(static_cast<T>(x));
  learned::optimizer<program, T> const rule(weights);
  auto s = std::make_unique<learned::state<program, layout, T>>(rule.template init<layout, T>());
  for (std::size_t step = 0; step < 5; ++step) {
    CAPTURE(step);
    std::string const path = "steps." + std::to_string(step) + ".";
    auto const theirs = g[path + "grad"];
    std::vector<T> const gradient(theirs.begin(), theirs.end());
    std::vector<T> theta(layout::size, T(0));
    CHECK(rule.step(theta.data(), gradient.data(), *s) == optim::status::done);
    for (T& x : theta) x = -x;
    CHECK(worst_error(theta, g[path + "update"], 1e-3) < bound);
    char const* const parts[] = {"h1", "c1", "h2", "c2"};
    for (std::size_t part = 0; part < 4; ++part) {
      std::vector<T> values;
      for (std::size_t i = 0; i < layout::size; ++i)
        for (std::size_t k = 0; k < program::units; ++k)
          values.push_back(s->tile(0)[(part * program::units + k) * learned::tile_lanes + i]);
      INFO(parts[part]);
      CHECK(worst_error(values, g[path + "state." + parts[part]], 1e-2) < bound);
    }
  }
}

/// The released code's preprocessing, constant by constant.
std::vector<double> released_input(double g) {
  double const size = std::log(std::abs(g) + 1.1920928955078125e-07) / 5;
  double const sign = g * std::exp(5.0);
  return {size > -1 ? size : -1, sign > 1 ? 1 : sign < -1 ? -1 : sign};
}

}  // namespace

TEST_CASE("coordinate LSTM follows PyTorch") {
  SUBCASE("double") { follows_torch<double>(); }
  SUBCASE("float") { follows_torch<float>(); }
}

TEST_CASE("what the coordinate LSTM sees of a gradient") {
  using V = simd::batch<double>;
  double const e10 = std::exp(-10.0);
  auto const check = [](double g, double a, double b) {
    CAPTURE(g);
    auto const x = learned::log_and_sign<learned::coordinate_lstm_options{}>(V(g));
    CHECK(x[0].get(0) == doctest::Approx(a).epsilon(1e-14));
    CHECK(x[1].get(V::size - 1) == doctest::Approx(b).epsilon(1e-14));
  };
  check(0, -1, 0);  // the paper's two branches, p = 10
  check(0.5 * e10, -1, 0.5);
  check(-0.25 * e10, -1, -0.25);
  check(1.5 * e10, std::log(1.5 * e10) / 10, 1);
  check(-std::exp(-5.0), -0.5, -1);
  check(1, 0, 1);
  check(-std::exp(20.0), 2, -1);  // no upper bound on the logarithm
  for (double const g : {0.0, 1e-9, -1e-3, 0.006, -0.007, 0.3, -1.0, 25.0, 1e10}) {
    auto const x = learned::log_and_sign<learned::coordinate::released>(V(g));
    auto const expected = released_input(g);
    CAPTURE(g);
    CHECK(x[0].get(0) == doctest::Approx(expected[0]).epsilon(1e-14));
    CHECK(x[1].get(0) == doctest::Approx(expected[1]).epsilon(1e-14));
  }
}

TEST_CASE("coordinate LSTM of another size and preprocessing follows plain loops") {
  constexpr std::size_t H = 3;
  using program = learned::coordinate_lstm_program<learned::coordinate_lstm_options{
      .units = H, .range = 5, .shifted_log = true, .output = 0.25}>;
  static_assert(program::table.size == 4 * H * (2 + H + 1) + 4 * H * (2 * H + 1) + H + 1);
  using layout = support::vectors_layout<false, 21, 2>;
  learned::optimizer<program, double> const rule{seed{4}};
  auto s = std::make_unique<learned::state<program, layout, double>>(rule.init<layout, double>());
  auto const weights = rule.values();
  auto const part = [&](char const* name) {
    for (auto const& w : program::table.entries)
      if (w.name == name) return weights.data() + w.offset;
    REQUIRE(false);
    return weights.data();
  };
  std::vector<double> theta(layout::size, 0.5), expected = theta;
  std::vector<support::lstm_state> first(layout::size, support::lstm_state(H)), second = first;
  generator random(seed{5});
  for (int step = 0; step < 6; ++step) {
    std::vector<double> gradient(layout::size);
    for (double& x : gradient) x = std::exp(3 * static_cast<double>(random.normal()) - 5);
    optim::step_context<double> context;
    context.mask = layer_mask(step % 3 == 1 ? 1 : 3);
    CHECK(rule.step(theta.data(), gradient.data(), *s, context) == optim::status::done);
    for (std::size_t i = 0; i < (step % 3 == 1 ? 21U : layout::size); ++i) {
      support::lstm_step(released_input(gradient[i]), part("first"), part("first.input_bias"),
                         first[i]);
      support::lstm_step(first[i].h, part("second"), part("second.input_bias"), second[i]);
      double out = *part("output_bias");
      for (std::size_t k = 0; k < H; ++k) out += second[i].h[k] * part("output")[k];
      expected[i] += 0.25 * out;
    }
    CAPTURE(step);
    CHECK(worst_error(theta, expected, 1e-2) < 1e-12);
  }
}

TEST_CASE("untrained weights of the coordinate LSTM") {
  static_assert(learned::coordinate_lstm<>::weights == 5141);
  learned::coordinate_lstm<> const rule{seed{3}};
  double sum = 0;
  for (std::size_t k = 0; k < 20; ++k) {
    double const forget = static_cast<double>(
        rule.values()[decltype(rule)::program_type::table["first.forget_bias"] + k]);
    CHECK(std::abs(forget - 1) <= 2 / std::sqrt(22.0) + 1e-6);
    sum += forget;
  }
  CHECK(sum / 20 == doctest::Approx(1).epsilon(0.15));
  CHECK(rule.values()[5140] == 0);
}

}  // namespace learned_coordinate_lstm_test
