// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/true_parameters.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/unroll.hpp>

#include "../support/learned_golden.hpp"

namespace learned_true_parameters_test {

namespace {

using namespace halo;
using program = learned::hierarchical_program<learned::hierarchical_options{
    .units = 3, .tensor_units = 4, .global_units = 2, .attention = true}>;
using layout = support::vectors_layout<false, 5, 2, 18>;
using state = learned::state<program, layout, double>;
using rule = learned::optimizer<program, double>;
constexpr std::size_t steps = 5;
static_assert(learned::program_traits<program>::attends);
static_assert(!learned::program_traits<learned::hierarchical_program<>>::attends);
static_assert(program::state ==
              learned::hierarchical_program<learned::hierarchical_options{.units = 3}>::state + 1);

/// Gradients, and what J = Σ_t <seeds_t, θ*_t> weighs the parameters with.
struct numbers {
  std::vector<double> gradients, seeds, weights;

  numbers() : gradients(steps * layout::size), seeds(gradients.size()) {
    generator random(seed{12});
    for (double& x : gradients) x = static_cast<double>(random.normal());
    for (double& x : seeds) x = static_cast<double>(random.normal());
    rule const untrained(seed{13});
    weights.assign(untrained.values().begin(), untrained.values().end());
    for (double& x : weights) x += 0.1 * static_cast<double>(random.normal());
    weights[program::table["initial_log_rate"]] = -2;
  }
  [[nodiscard]] static optim::step_context<double> context(std::size_t step) {
    optim::step_context<double> c;
    c.mask = layer_mask(1 + step * 3 % 7);
    return c;
  }
  [[nodiscard]] double operator()(std::vector<double> const& phi) const {
    rule const r(phi);
    auto const s = std::make_unique<state>(r.init<layout, double>());
    std::vector<double> theta(layout::size, 0.0);
    double sum = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      (void)r.step(theta.data(), gradients.data() + step * layout::size, *s, context(step));
      learned::for_each_true<program>(*s, [&](std::size_t i, double ahead) {
        sum += seeds[step * layout::size + i] * (theta[i] + ahead);
      });
    }
    return sum;
  }
};

}  // namespace

TEST_CASE("true parameters: tensors at rest keep them, and the point ahead") {
  numbers const n;
  rule const r(n.weights);
  auto const s = std::make_unique<state>(r.init<layout, double>());
  std::vector<double> theta(layout::size, 0.5);
  auto const truth = [&] {
    std::vector<double> t(layout::size);
    CHECK(learned::true_parameters(*s, static_cast<double const*>(theta.data()), t.data()) ==
          t.data());
    return t;
  };
  CHECK(truth() == theta);  // a run begins where its gradients are taken
  for (std::size_t step = 0; step < steps; ++step) {
    auto const mask = numbers::context(step).mask;
    auto const was = theta, was_true = truth();
    (void)r.step(theta.data(), n.gradients.data() + step * layout::size, *s,
                 numbers::context(step));
    auto const now_true = truth();
    for (std::size_t t = 0; t < layout::tensors; ++t) {
      CAPTURE(step);
      CAPTURE(t);
      for (std::size_t i = 0; i < layout::table[t].count; ++i) {
        std::size_t const k = layout::table[t].offset + i;
        CHECK((theta[k] == was[k]) == !mask[t]);
        CHECK((now_true[k] == was_true[k]) == !mask[t]);
      }
    }
  }
}

TEST_CASE("true parameters: meta-gradients through them are those of differences") {
  numbers const n;
  rule const r(n.weights);
  learned::unroll<program, layout, double> window(steps);
  auto const s = std::make_unique<state>(r.init<layout, double>());
  std::vector<double> theta(layout::size, 0.0);
  for (std::size_t step = 0; step < steps; ++step)
    REQUIRE(window.step(r, theta.data(), n.gradients.data() + step * layout::size, *s,
                        numbers::context(step)) == optim::status::done);
  auto const adjoint = std::make_unique<state>();
  std::vector<double> theta_adjoint(layout::size, 0.0), found(program::table.size, 0.0);
  for (std::size_t step = steps; step-- > 0;) {
    learned::for_each_true<program>(*adjoint, [&](std::size_t i, double& ahead) {
      theta_adjoint[i] += n.seeds[step * layout::size + i];
      ahead += n.seeds[step * layout::size + i];
    });
    window.backward(r, step, theta_adjoint.data(), *adjoint);
  }
  window.backward_initial(r, *adjoint);
  window.add_weights(found);
  constexpr double h = 1e-5;
  for (auto const& info : program::table.entries) {
    INFO(std::string(info.name));
    double largest = 0;
    for (std::size_t i = 0; i < info.count(); ++i) {
      auto up = n.weights, down = up;
      up[info.offset + i] += h;
      down[info.offset + i] -= h;
      double const expected = (n(up) - n(down)) / (2 * h);
      largest = std::fmax(largest, std::abs(expected));
      CHECK(found[info.offset + i] == doctest::Approx(expected).epsilon(1e-6).scale(1e-2));
    }
    CHECK(largest > 0);
  }
}

}  // namespace learned_true_parameters_test
