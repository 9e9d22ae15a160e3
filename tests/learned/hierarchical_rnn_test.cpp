// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/hierarchical_rnn.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../support/hierarchical_names.hpp"
#include "../support/learned_golden.hpp"

namespace learned_hierarchical_rnn_test {

namespace {

using namespace halo;
using support::learned_golden;
using support::numpy_names;
using support::torch_names;
using support::worst_error;

template <class T>
constexpr double bound = sizeof(T) == 8 ? 1e-10 : 1e-4;

/// Number k of element i of tensor t.
template <class State>
auto number(State const& s, std::size_t t, std::size_t i, std::size_t k, std::size_t numbers) {
  return s.tile(
      t)[(i / learned::tile_lanes * numbers + k) * learned::tile_lanes + i % learned::tile_lanes];
}

template <class T>
std::vector<T> as(std::vector<double> const& v) {
  return {v.begin(), v.end()};
}

/// The trajectory, final states and an empty step, as NumPy computed them.
template <class T>
void follows_numpy() {
  learned_golden const g("hrnn_golden");
  using program = learned::hierarchical_program<>;
  using layout = support::vectors_layout<true, 6, 2, 5>;
  auto const weights = g.weights<program, T>("phi.", numpy_names);
  learned::optimizer<program, T> const rule(weights);
  auto s = std::make_unique<learned::state<program, layout, T>>(rule.template init<layout, T>());
  std::vector<T> theta;
  for (std::size_t t = 0; t < 3; ++t) {
    std::string const path = std::to_string(t);
    for (double const x : g["theta0." + path]) theta.push_back(static_cast<T>(x));
    std::vector<double> const l = g["l0." + path];
    s->tensor(t)[program::tensor_units] = 0;
    for (std::size_t i = 0; i < l.size(); ++i) {
      s->tile(t)[program::at_log_rate * learned::tile_lanes + i] = static_cast<T>(l[i]);
      s->tensor(t)[program::tensor_units] += static_cast<T>(l[i]);
    }
  }
  auto const masks = g["masks"];
  for (std::size_t step = 0; step < 8; ++step) {
    std::vector<T> gradient;
    for (std::size_t t = 0; t < 3; ++t)
      for (double const x : g["g." + std::to_string(step) + "." + std::to_string(t)])
        gradient.push_back(static_cast<T>(x));
    optim::step_context<T> context;
    context.mask = {};
    context.mask.set(0, masks[2 * step] != 0);
    context.mask.set(1, masks[2 * step + 1] != 0);
    auto const result = rule.step(theta.data(), gradient.data(), *s, context);
    CHECK(result == (context.mask.empty() ? optim::status::empty : optim::status::done));
    std::vector<double> expected;
    for (std::size_t t = 0; t < 3; ++t)
      for (double const x : g["theta." + std::to_string(step + 1) + "." + std::to_string(t)])
        expected.push_back(x);
    CAPTURE(step);
    CHECK(worst_error(theta, expected, 1e-2) < bound<T>);
  }
  auto const final_t = g["final_T"];
  for (std::size_t t = 0; t < 3; ++t) {
    std::vector<double> const tensor(final_t.begin() + static_cast<long>(20 * t),
                                     final_t.begin() + static_cast<long>(20 * t + 20));
    CHECK(worst_error(std::vector<T>(s->tensor(t), s->tensor(t) + 20), tensor, 1e-2) < bound<T>);
    auto const l = g["final_l." + std::to_string(t)];
    auto const h = g["final_h." + std::to_string(t)];
    for (std::size_t i = 0; i < l.size(); ++i) {
      CHECK(static_cast<double>(number(*s, t, i, program::at_log_rate, program::state)) ==
            doctest::Approx(l[i]).epsilon(bound<T>));
      for (std::size_t k = 0; k < 10; ++k)
        CHECK(static_cast<double>(number(*s, t, i, k, program::state)) ==
              doctest::Approx(h[10 * i + k]).epsilon(bound<T>));
    }
  }
  CHECK(worst_error(s->global, g["final_Q"], 1e-2) < bound<T>);
}

/// Updates and every state after every step, as PyTorch computed them.
template <class Program, class T>
void follows_torch(char const* file) {
  CAPTURE(file);
  learned_golden const g(file);
  using layout = support::vectors_layout<false, 6, 10>;
  auto const weights = g.weights<Program, T>("params.", torch_names);
  learned::optimizer<Program, T> const rule(weights);
  auto s = std::make_unique<learned::state<Program, layout, T>>(rule.template init<layout, T>());
  std::vector<T> theta(layout::size, T(0));
  for (std::size_t step = 0; step < 5; ++step) {
    CAPTURE(step);
    std::string const path = "steps." + std::to_string(step) + ".";
    auto const gradient = as<T>(g[path + "grad"]);
    optim::step_context<T> context;
    if (g.has(path + "mask")) {
      auto const mask = g[path + "mask"];
      context.mask = {};
      for (std::size_t i = 0; i < 2; ++i) context.mask.set(i, mask[i] != 0);
    }
    std::vector<T> const before = theta;
    (void)rule.step(theta.data(), gradient.data(), *s, context);
    std::vector<T> update(theta.size());
    for (std::size_t i = 0; i < theta.size(); ++i) update[i] = before[i] - theta[i];
    // θ - (θ - u) loses digits of u against θ, which these steps leave below 0.1
    CHECK(worst_error(update, g[path + "update"], sizeof(T) == 8 ? 1e-4 : 1e-2) < bound<T>);
    std::vector<T> state[6];
    for (std::size_t t = 0; t < 2; ++t)
      for (std::size_t i = 0; i < layout::table[t].count; ++i) {
        auto const take = [&](std::vector<T>& to, std::size_t from, std::size_t count) {
          for (std::size_t k = 0; k < count; ++k)
            to.push_back(number(*s, t, i, from + k, Program::state));
        };
        take(state[0], 0, Program::units);
        take(state[1], Program::at_means, Program::scales);
        take(state[2], Program::at_squares, Program::scales);
        take(state[3], Program::at_mean_decay, 1);
        take(state[4], Program::at_square_decay, 1);
        take(state[5], Program::at_log_rate, 1);
      }
    char const* const parts[] = {"h", "m", "v", "inp", "scl", "ll"};
    for (std::size_t k = 0; k < 6; ++k) {
      INFO(parts[k]);
      CHECK(worst_error(state[k], g[path + "state." + parts[k]], k == 2 ? 1e-6 : 1e-2) < bound<T>);
    }
    std::vector<T> tensors;
    for (std::size_t t = 0; t < 2; ++t)
      tensors.insert(tensors.end(), s->tensor(t), s->tensor(t) + Program::tensor_units);
    CHECK(worst_error(tensors, g[path + "state.ht"], 1e-2) < bound<T>);
    CHECK(worst_error(s->global, g[path + "state.hg"], 1e-2) < bound<T>);
  }
}

using small = learned::hierarchical_program<learned::hierarchical_options{
    .units = 4, .tensor_units = 5, .global_units = 3}>;
using small_leaky = learned::hierarchical_program<learned::hierarchical_options{
    .units = 4, .tensor_units = 5, .global_units = 3, .normalized = false, .leaky = true}>;
using full = learned::hierarchical_program<>;

}  // namespace

TEST_CASE("hierarchical RNN follows the independent reference") {
  SUBCASE("double") { follows_numpy<double>(); }
  SUBCASE("float") { follows_numpy<float>(); }
}

TEST_CASE("hierarchical RNN follows PyTorch") {
  SUBCASE("double") {
    follows_torch<small, double>("hrnn_dense");
    follows_torch<small, double>("hrnn_masked");
    follows_torch<small_leaky, double>("hrnn_leaky");
    follows_torch<small_leaky, double>("hrnn_leaky_masked");
    follows_torch<full, double>("hrnn_full_10_20_20");
  }
  SUBCASE("float") {
    follows_torch<small, float>("hrnn_dense");
    follows_torch<small, float>("hrnn_masked");
    follows_torch<small_leaky, float>("hrnn_leaky");
    follows_torch<small_leaky, float>("hrnn_leaky_masked");
    follows_torch<full, float>("hrnn_full_10_20_20");
  }
}

}  // namespace learned_hierarchical_rnn_test
