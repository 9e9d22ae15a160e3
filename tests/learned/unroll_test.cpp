// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/unroll.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include <halo/learned/hierarchical_rnn.hpp>

#include "../support/hierarchical_names.hpp"
#include "../support/learned_golden.hpp"

namespace {

using namespace halo;
using tests::learned_golden;
using tests::worst_error;

/// dJ/dφ and dJ/dg of J = Σ_t <A_t, θ_t>, as the hand-derived backward pass gives them.
template <class T>
void follows_the_adjoints() {
  learned_golden const g("hrnn_golden");
  using program = learned::hierarchical_program<>;
  using layout = tests::vectors_layout<true, 6, 2, 5>;
  constexpr double bound = sizeof(T) == 8 ? 1e-8 : 1e-3;
  auto const phi = g.weights<program, T>("phi.", tests::numpy_names);
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
    s->tensor(t)[program::K1] = 0;
    for (std::size_t i = 0; i < l.size(); ++i) {
      s->tile(t)[program::at_l * learned::tile_lanes + i] = static_cast<T>(l[i]);
      s->tensor(t)[program::K1] += static_cast<T>(l[i]);
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
  auto const expected = g.weights<program, double>("dJ_dphi.", tests::numpy_names);
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

}  // namespace

TEST_CASE("the way back through a window gives the hand-derived adjoints") {
  SUBCASE("double") { follows_the_adjoints<double>(); }
  SUBCASE("float") { follows_the_adjoints<float>(); }
}
