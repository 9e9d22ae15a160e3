// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/tensor_rnn.hpp>
#include <halo/learned/unroll.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <halo/core/random.hpp>

#include "../support/learned_golden.hpp"

namespace {

using namespace halo;
using program = learned::tensor_program<>;
using layout = tests::vectors_layout<false, 6, 3, 17>;
using state = learned::state<program, layout, double>;
constexpr std::size_t steps = 5;

std::vector<double> drawn(std::size_t n, std::uint64_t stream, double scale) {
  generator g(seed{11}, stream);
  std::vector<double> v(n);
  for (double& x : v) x = scale * static_cast<double>(g.normal());
  return v;
}

optim::step_context<double> context_of(std::size_t k) {
  optim::step_context<double> c;
  c.mask = layer_mask(k == 2 ? 5U : 7U);  // the second tensor sits one step out
  c.loss = 1.5 / static_cast<double>(k + 1);
  c.rows = 400;
  return c;
}

/// The same program with the statistics of another run: they are constants in meta-training, so a
/// difference quotient must hold them.
struct frozen : program {
  static inline std::vector<std::array<double, program::sums>> recorded;
  static inline std::size_t next = 0;
  template <class R, class Z, class Facts>
  static void decide(R const& r, Facts const& f, Z const*, Z* tensor, Z const* global, Z* out) {
    program::decide(r, f, recorded[next++].data(), tensor, global, out);
  }
};

}  // namespace

TEST_CASE("the way back through a controller that settles agrees with differences") {
  auto weights = drawn(program::table.size, 1, 0.3);
  auto const start = drawn(layout::size, 2, 1.0);
  std::vector<std::vector<double>> gradients, judge;
  for (std::size_t k = 0; k < steps; ++k) {
    gradients.push_back(drawn(layout::size, 10 + k, 0.1));
    judge.push_back(drawn(layout::size, 20 + k, 1.0));
  }
  learned::optimizer<program, double> const rule{std::span<double const>(weights)};
  {  // what the program sees
    state s = rule.init<layout, double>();
    auto theta = start;
    for (std::size_t k = 0; k < steps; ++k) {
      auto const witness = [](std::size_t, double const*, double const* mean) {
        std::copy_n(mean, program::sums, frozen::recorded.emplace_back().begin());
      };
      REQUIRE(rule.step(theta.data(), gradients[k].data(), s, context_of(k), witness) ==
              optim::status::done);
    }
  }
  auto const judged = [&] {  // J = Σ_k <judge_k, θ_k+1>
    learned::optimizer<frozen, double> const moved{std::span<double const>(weights)};
    auto s = moved.init<layout, double>();
    auto theta = start;
    double sum = 0;
    frozen::next = 0;
    for (std::size_t k = 0; k < steps; ++k) {
      (void)moved.step(theta.data(), gradients[k].data(), s, context_of(k));
      for (std::size_t i = 0; i < layout::size; ++i) sum += judge[k][i] * theta[i];
    }
    return sum;
  };

  learned::unroll<program, layout, double> window(steps);
  state s = rule.init<layout, double>();
  auto theta = start;
  for (std::size_t k = 0; k < steps; ++k)
    (void)window.step(rule, theta.data(), gradients[k].data(), s, context_of(k));
  std::vector<double> theta_adjoint(layout::size), given(program::table.size);
  state adjoint;
  for (std::size_t k = steps; k-- > 0;) {
    for (std::size_t i = 0; i < layout::size; ++i) theta_adjoint[i] += judge[k][i];
    window.backward(rule, k, theta_adjoint.data(), adjoint);
  }
  window.backward_initial(rule, adjoint);
  window.add_weights(given);

  for (auto const& info : program::table.entries) {
    if (info.count() == 0) continue;
    INFO(std::string(info.name));
    double largest = 0;
    for (std::size_t i = 0; i < info.count(); ++i)
      largest = std::fmax(largest, std::abs(given[info.offset + i]));
    CHECK(largest > 0);
    std::size_t const stride = info.count() / 16 + 1;
    for (std::size_t i = 0; i < info.count(); i += stride) {
      double& w = weights[info.offset + i];
      double const kept = w;
      w = kept + 1e-5;
      double const above = judged();
      w = kept - 1e-5;
      double const below = judged();
      w = kept;
      double const difference = (above - below) / 2e-5;
      CHECK(std::abs(given[info.offset + i] - difference) < 1e-6 * largest + 1e-9);
    }
  }
}
