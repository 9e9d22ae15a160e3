// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/rnnprop.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <vector>

#include <halo/autodiff/variable.hpp>
#include <halo/core/random.hpp>

#include "../support/learned_golden.hpp"
#include "../support/lstm.hpp"

namespace learned_rnnprop_test {

namespace {

using namespace halo;
using support::worst_error;

/// One coordinate of RNNProp in plain loops.
template <class Program>
struct reference {
  static constexpr std::size_t units = Program::units;
  double const* weights;
  support::lstm_state first{units}, second{units};
  double m = 0, w = 0;
  int t = 0;

  double const* part(char const* name) const {
    for (auto const& info : Program::table.entries)
      if (info.name == name) return weights + info.offset;
    REQUIRE(false);
    return weights;
  }

  double step(double g) {
    ++t;
    m = 0.95 * m + 0.05 * g;
    w = 0.95 * w + 0.05 * g * g;
    double const c = 1 - std::pow(0.95, t);
    double const size = std::sqrt(w / c) + 1e-8;
    std::vector<double> x(units);
    for (std::size_t k = 0; k < units; ++k) {
      double const y = part("input_bias")[k] + g / size * part("input")[k] +
                       m / c / size * part("input")[units + k];
      x[k] = y > 0 ? y : std::exp(y) - 1;
    }
    support::lstm_step(x, part("first"), part("first.input_bias"), first);
    support::lstm_step(first.h, part("second"), part("second.input_bias"), second);
    double y = *part("output_bias");
    for (std::size_t k = 0; k < units; ++k) y += second.h[k] * part("output")[k];
    return -Program::options.output * std::tanh(y);
  }
};

/// Weights large enough for every part to matter.
template <class T>
std::vector<T> strong_weights(std::size_t n) {
  generator random(seed{8});
  std::vector<T> w(n);
  for (T& x : w) x = T(0.4) * static_cast<T>(random.normal());
  return w;
}

template <class Program, class T>
void follows_plain_loops(double bound) {
  using layout = support::vectors_layout<false, 35, 2>;
  auto const weights = strong_weights<T>(Program::table.size);
  std::vector<double> const wide(weights.begin(), weights.end());
  learned::optimizer<Program, T> const rule(weights);
  auto s = std::make_unique<learned::state<Program, layout, T>>(rule.template init<layout, T>());
  std::vector<reference<Program>> dumb(layout::size, reference<Program>{wide.data()});
  std::vector<T> theta(layout::size, T(0));
  std::vector<double> expected(layout::size, 0.0);
  generator random(seed{9});
  for (int step = 0; step < 12; ++step) {
    bool const masked = step % 4 == 1;  // the second tensor's own steps fall behind
    std::vector<T> gradient(layout::size);
    for (T& x : gradient) {
      double const size = std::exp(4 * static_cast<double>(random.normal()) - 4);
      x = static_cast<T>(random.bernoulli(0.1) ? 0 : random.bernoulli(0.5) ? size : -size);
    }
    optim::step_context<T> context;
    context.mask = layer_mask(masked ? 1 : 3);
    CHECK(rule.step(theta.data(), gradient.data(), *s, context) == optim::status::done);
    for (std::size_t i = 0; i < (masked ? 35U : layout::size); ++i)
      expected[i] += dumb[i].step(static_cast<double>(gradient[i]));
    CAPTURE(step);
    CHECK(worst_error(theta, expected, 1e-2) < bound);
  }
}

}  // namespace

TEST_CASE("RNNProp follows plain loops") {
  follows_plain_loops<learned::rnnprop_program<>, double>(1e-10);
  follows_plain_loops<learned::rnnprop_program<>, float>(1e-4);
  follows_plain_loops<
      learned::rnnprop_program<learned::rnnprop_options{.units = 3, .output = 0.02}>, double>(
      1e-10);
}

TEST_CASE("one step of RNNProp as literals") {
  // one unit; first step: m̂ = g, ŵ = g², so x = ELU(1 + 2 + 0.5); the forget gate sees c = 0
  using program = learned::rnnprop_program<learned::rnnprop_options{.units = 1}>;
  using layout = support::vectors_layout<false, 1>;
  std::vector<double> w(program::table.size, 0.0);
  auto const set = [&](std::size_t at, double value) { w[at] = value; };
  set(program::table["input"], 1);
  set(program::table["input"] + 1, 2);
  set(program::table["input_bias"], 0.5);
  set(program::table["first"] + 2, 1);  // the cell's column
  set(program::table["second"] + 2, 1);
  set(program::table["output"], 3);
  set(program::table["output_bias"], 0.25);
  learned::optimizer<program, double> const rule(w);
  auto const after = [&](double g) {
    auto s = rule.init<layout, double>();
    double theta = 7;
    CHECK(rule.step(&theta, &g, s) == optim::status::done);
    return theta - 7;
  };
  auto const by_hand = [](double x) {
    double const h1 = 0.5 * std::tanh(0.5 * std::tanh(x));
    double const h2 = 0.5 * std::tanh(0.5 * std::tanh(h1));
    return -0.1 * std::tanh(3 * h2 + 0.25);
  };
  CHECK(after(1.0) == doctest::Approx(by_hand(3.5)).epsilon(1e-7));
  CHECK(after(-1.0) == doctest::Approx(by_hand(std::exp(-2.5) - 1)).epsilon(1e-7));
  CHECK(after(1e6) == doctest::Approx(after(1.0)).epsilon(1e-7));  // scale free
  CHECK(after(0.0) == doctest::Approx(by_hand(0.5)).epsilon(1e-12));
}

TEST_CASE("ELU and its derivative") {
  using V = simd::batch<double, simd::scalar>;
  using autodiff::variable;
  for (double const x : {-800.0, -2.0, -0.5, -1e-9, 0.0, 1e-9, 3.0, 800.0}) {
    CAPTURE(x);
    CHECK(learned::elu(V(x)).native == doctest::Approx(x > 0 ? x : std::exp(x) - 1).epsilon(1e-12));
    autodiff::tape<V> tape;
    variable<V> const at(tape, V(x));
    backward(learned::elu(at));
    CHECK(at.adjoint().native == doctest::Approx(x > 0   ? 1
                                                 : x < 0 ? std::exp(x)
                                                         : 0)
                                     .epsilon(1e-12));
  }
}

TEST_CASE("untrained weights of RNNProp") {
  static_assert(learned::rnnprop<>::weights == 6641);
  learned::rnnprop<> const rule{seed{3}};
  auto const& table = learned::rnnprop_program<>::table;
  for (std::size_t k = 0; k < 40; ++k)
    CHECK(std::abs(rule.values()[k]) <= 0.2F);  // two deviations of the input's law
  for (std::size_t k = 0; k < 20; ++k) {
    CHECK(rule.values()[40 + k] == 0);
    CHECK(std::abs(rule.values()[table["second.forget_bias"] + k] - 1) <=
          2 / std::sqrt(40.0F) + 1e-6F);
  }
}

}  // namespace learned_rnnprop_test
