// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/unroll.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/step_facts.hpp>
#include <halo/learned/tensor_rnn.hpp>

#include "../support/hierarchical_names.hpp"
#include "../support/learned_golden.hpp"

namespace learned_unroll_test {

namespace {

using namespace halo;
using support::learned_golden;
using support::worst_error;

/// dJ/dφ and dJ/dg of J = Σ_t <A_t, θ_t>, as the hand-derived backward pass gives them.
template <class T>
void follows_the_adjoints() {
  learned_golden const g("hrnn_golden");
  using program = learned::hierarchical_program<>;
  using layout = support::vectors_layout<true, 6, 2, 5>;
  constexpr double bound = sizeof(T) == 8 ? 1e-8 : 1e-3;
  auto const phi = g.weights<program, T>("phi.", support::numpy_names);
  learned::optimizer<program, T> const rule(phi);
  learned::unroll<program, layout, T> window(8);
  auto s = std::make_unique<learned::state<program, layout, T>>(rule.template init<layout, T>());
  auto const all = [&](std::string const& path) {
    std::vector<T> v;
    for (std::size_t t = 0; t < 3; ++t)
      for (double const x : g[path + std::to_string(t)]) v.push_back(static_cast<T>(x));
    return v;
  };
  auto theta = all("theta0.");
  for (std::size_t t = 0; t < 3; ++t) {
    auto const l = g["l0." + std::to_string(t)];
    s->tensor(t)[program::tensor_units] = 0;
    for (std::size_t i = 0; i < l.size(); ++i) {
      s->tile(t)[program::at_log_rate * learned::tile_lanes + i] = static_cast<T>(l[i]);
      s->tensor(t)[program::tensor_units] += static_cast<T>(l[i]);
    }
  }
  auto const masks = g["masks"];
  std::vector<std::size_t> number(8, 99);  // of a step among those that did something
  for (std::size_t step = 0; step < 8; ++step) {
    optim::step_context<T> context;
    context.mask = {};
    context.mask.set(0, masks[2 * step] != 0);
    context.mask.set(1, masks[2 * step + 1] != 0);
    auto const gradient = all("g." + std::to_string(step) + ".");
    std::size_t const k = window.size();
    if (window.step(rule, theta.data(), gradient.data(), *s, context) == optim::status::done)
      number[step] = k;
  }
  auto adjoint = std::make_unique<learned::state<program, layout, T>>();
  std::vector<T> theta_adjoint(layout::size, T(0)), gradient_adjoint(layout::size);
  for (std::size_t step = 8; step-- > 0;) {
    auto const a = all("A." + std::to_string(step + 1) + ".");
    for (std::size_t i = 0; i < layout::size; ++i) theta_adjoint[i] += a[i];
    std::vector<double> const expected = [&] {
      std::vector<double> v;
      for (std::size_t t = 0; t < 3; ++t)
        for (double const x : g["dJ_dg." + std::to_string(step) + "." + std::to_string(t)])
          v.push_back(x);
      return v;
    }();
    if (number[step] == 99) continue;
    window.backward(rule, number[step], theta_adjoint.data(), *adjoint, gradient_adjoint.data());
    CAPTURE(step);
    CHECK(worst_error(gradient_adjoint, expected, 1e-3) < bound);
  }
  window.backward_initial(rule, *adjoint);
  std::vector<T> weights(program::table.size, T(0));
  window.add_weights(weights);
  auto const expected = g.weights<program, double>("dJ_dphi.", support::numpy_names);
  for (auto const& info : program::table.entries) {
    if (info.name == "initial_log_rate") continue;  // l0 is given here
    INFO(std::string(info.name));
    std::vector<T> const ours(weights.begin() + static_cast<long>(info.offset),
                              weights.begin() + static_cast<long>(info.offset + info.count()));
    std::vector<double> const theirs(
        expected.begin() + static_cast<long>(info.offset),
        expected.begin() + static_cast<long>(info.offset + info.count()));
    double largest = 0;
    for (double const x : theirs) largest = std::fmax(largest, std::abs(x));
    CHECK(worst_error(ours, theirs, largest) < bound);
  }
}

/// Steps of a program that settles, its statistics those of another run: what finite differences
/// may move, because statistics are constants to a tensor RNN.
struct frozen_run {
  using program = learned::tensor_program<>;
  using layout = support::vectors_layout<false, 6, 2, 17>;
  using state = learned::state<program, layout, double>;
  static constexpr std::size_t steps = 5;

  std::vector<double> gradients, means, theta0, seeds;

  frozen_run() : means(steps * layout::tensors * program::sums) {
    generator random(seed{8});
    auto const draw = [&](std::vector<double>& to, std::size_t n) {
      to.resize(n);
      for (double& x : to) x = static_cast<double>(random.normal());
    };
    draw(gradients, steps * layout::size);
    draw(theta0, layout::size);
    draw(seeds, layout::size);
  }

  [[nodiscard]] static optim::step_context<double> context(std::size_t step) {
    optim::step_context<double> c;
    c.mask = layer_mask(1 + step * 3 % 7);
    c.loss = 1.0 / static_cast<double>(1 + step);
    c.rows = 3000;
    return c;
  }
  /// J = Σ_t <seeds, θ_t>.
  [[nodiscard]] double operator()(std::vector<double> const& weights,
                                  std::vector<double> theta) const {
    learned::optimizer<program, double> const rule(weights);
    auto const s = std::make_unique<state>(rule.template init<layout, double>());
    auto const reader = rule.template reader<double>();
    double sum = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      auto const c = context(step);
      auto f = learned::facts_of(*s, c);
      learned::conditioner<double> const plain;
      double const* const g = gradients.data() + step * layout::size;
      for (std::size_t i = 0; i < layout::tensors; ++i) {
        if (!c.mask[i]) continue;
        learned::tell_tensor<layout>(f, i, ++s->steps[i]);
        std::array<double, program::sums> unused;
        std::size_t const at = layout::table[i].offset;
        learned::observe_tensor<program>(weights.data(), static_cast<double const*>(nullptr),
                                         layout::table[i].count, theta.data() + at, g + at, plain,
                                         s->tile(i), s->carry.data(), unused.data());
        program::decide(reader, f, means.data() + (step * layout::tensors + i) * program::sums,
                        s->tensor(i), s->global.data(), static_cast<double*>(nullptr));
      }
      program::conclude(reader, f, s->total().data(), s->tensor(0), s->global.data());
      for (std::size_t i = 0; i < layout::tensors; ++i) {
        if (!c.mask[i]) continue;
        learned::tell_tensor<layout>(f, i, s->steps[i]);
        std::array<double, program::decision> d;
        program::settle(reader, f, s->tensor(i), s->global.data(), d.data());
        std::size_t const at = layout::table[i].offset;
        learned::apply_tensor<program>(weights.data(), d.data(), layout::table[i].count,
                                       theta.data() + at, g + at, plain, s->tile(i),
                                       s->carry.data());
      }
      ++s->step;
      for (std::size_t i = 0; i < theta.size(); ++i) sum += seeds[i] * theta[i];
    }
    return sum;
  }
};

}  // namespace

TEST_CASE("what a step of the hierarchical RNN leaves is little more than its state") {
  using program = learned::hierarchical_program<>;
  static_assert(program::state * sizeof(float) == 84);
  constexpr std::size_t n = 5000;  // of whole tiles all but a few
  using unroll = learned::unroll<program, flat_layout<n>, float>;
  CHECK(unroll::bytes_per_step() >= (84 + 12) * n);  // state; parameters, gradient and carry
  CHECK(unroll::bytes_per_step() < 84 * n * 3 / 2);
}

TEST_CASE("the way back through settled decisions agrees with finite differences") {
  using program = frozen_run::program;
  using layout = frozen_run::layout;
  frozen_run run;
  std::vector<double> weights(program::table.size);
  generator random(seed{9});
  for (double& w : weights) w = 0.2 * static_cast<double>(random.normal());
  learned::optimizer<program, double> const rule(weights);
  learned::unroll<program, layout, double> window(frozen_run::steps);
  auto s = std::make_unique<frozen_run::state>(rule.template init<layout, double>());
  auto recorded = std::make_unique<frozen_run::state>(*s);
  std::vector<double> theta = run.theta0, same = run.theta0;
  for (std::size_t step = 0; step < frozen_run::steps; ++step) {
    double const* const g = run.gradients.data() + step * layout::size;
    auto const c = frozen_run::context(step);
    REQUIRE(window.step(rule, theta.data(), g, *s, c) == optim::status::done);
    (void)rule.step(same.data(), g, *recorded, c,
                    [&](std::size_t i, double const*, double const* mean) {
                      std::copy_n(mean, program::sums,
                                  run.means.data() + (step * layout::tensors + i) * program::sums);
                    });
  }
  auto adjoint = std::make_unique<frozen_run::state>();
  std::vector<double> theta_adjoint(layout::size, 0.0), found(program::table.size, 0.0);
  for (std::size_t step = frozen_run::steps; step-- > 0;) {
    for (std::size_t i = 0; i < layout::size; ++i) theta_adjoint[i] += run.seeds[i];
    window.backward(rule, step, theta_adjoint.data(), *adjoint);
  }
  window.backward_initial(rule, *adjoint);
  window.add_weights(found);
  double const h = 1e-5;
  auto const check = [&](std::vector<double>& x, std::size_t at, double derivative) {
    double const kept = x[at];
    x[at] = kept + h;
    double const up = run(weights, run.theta0);
    x[at] = kept - h;
    double const down = run(weights, run.theta0);
    x[at] = kept;
    CHECK(derivative == doctest::Approx((up - down) / (2 * h)).epsilon(1e-6).scale(1e-3));
  };
  for (auto const& info : program::table.entries) {
    INFO(std::string(info.name));
    double largest = 0;
    for (std::size_t i = 0; i < info.count(); ++i)
      largest = std::fmax(largest, std::abs(found[info.offset + i]));
    if (info.count() > 0) CHECK(largest > 0);
    for (std::size_t i = 0; i < info.count(); i += 1 + info.count() / 7)
      check(weights, info.offset + i, found[info.offset + i]);
  }
  for (std::size_t i = 0; i < layout::size; ++i) check(run.theta0, i, theta_adjoint[i]);
}

TEST_CASE("the way back through a window gives the hand-derived adjoints") {
  SUBCASE("double") { follows_the_adjoints<double>(); }
  SUBCASE("float") { follows_the_adjoints<float>(); }
}

}  // namespace learned_unroll_test
