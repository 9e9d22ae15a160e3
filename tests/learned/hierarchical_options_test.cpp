// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/hierarchical_options.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/true_parameters.hpp>

#include "../support/hierarchical_reference.hpp"
#include "../support/learned_golden.hpp"

namespace learned_hierarchical_options_test {

namespace {

using namespace halo;
using learned::hierarchical_options;

/// Seven steps of large weights, all three levels alive, against plain loops.
template <hierarchical_options O>
void follows_plain_loops() {
  using program = learned::hierarchical_program<O>;
  using layout = support::vectors_layout<false, 19, 3, 1>;
  std::uint64_t const with = 41;
  CAPTURE(with);
  generator random(seed{with});
  std::vector<double> phi(program::table.size);
  learned::initialize(program::table, std::span<double>(phi), seed{with});
  for (double& w : phi) w += 0.2 * static_cast<double>(random.normal());
  phi[program::table["initial_log_rate"]] = -2;
  learned::optimizer<program, double> const rule(phi);
  auto s = std::make_unique<learned::state<program, layout, double>>(
      rule.template init<layout, double>());
  support::hierarchical_reference<std::remove_cvref_t<decltype(program::table)>> dumb{
      program::table, phi, O, {}, {}};
  dumb.begin({19, 3, 1});
  std::vector<double> theta(layout::size, 0.0), expected = theta;
  for (int step = 0; step < 7; ++step) {
    std::vector<double> gradient(layout::size);
    for (double& g : gradient) g = static_cast<double>(random.normal());
    CHECK(rule.step(theta.data(), gradient.data(), *s) == optim::status::done);
    dumb.step(expected, gradient, step == 0);
    CAPTURE(step);
    CHECK(support::worst_error(theta, expected, 1e-2) < 1e-9);
  }
  CHECK(support::worst_error(s->global, dumb.q, 1e-2) < 1e-9);
  if constexpr (O.attention) {
    std::vector<double> truth;
    for (auto const& t : dumb.tensors)
      for (auto const& c : t.all) truth.push_back(c.truth);
    learned::for_each_true<program>(*s, [&](std::size_t i, double ahead) {
      CHECK(theta[i] + ahead == doctest::Approx(truth[i]).epsilon(1e-9));
      CHECK(std::abs(ahead) > 1e-4);
    });
  }
}

constexpr hierarchical_options tiny{.units = 3, .tensor_units = 4, .global_units = 2};
constexpr hierarchical_options with(auto change) {
  hierarchical_options o = tiny;
  change(o);
  return o;
}

}  // namespace

TEST_CASE("features are counted") {
  static_assert(hierarchical_options{}.features() == 12);
  static_assert(learned::hierarchical::paper.features() == 9);
  static_assert(with([](auto& o) { o.extreme_rate = o.absolute_rate = true; }).features() == 14);
  static_assert(
      with([](auto& o) { o.log_means = o.relative_rate = o.products = false; }).features() == 4);
  static_assert(learned::hierarchical::authors.last_tensor);
  static_assert(learned::hierarchical::leaky.leaky && !learned::hierarchical::leaky.normalized);
}

TEST_CASE("every flag follows plain loops") {
  SUBCASE("defaults") { follows_plain_loops<tiny>(); }
  SUBCASE("two scales") {
    follows_plain_loops<with([](auto& o) { o.scales = 2; })>();
  }
  SUBCASE("no products") {
    follows_plain_loops<with([](auto& o) { o.products = false; })>();
  }
  SUBCASE("fewest features") {
    follows_plain_loops<with(
        [](auto& o) { o.products = o.log_means = o.relative_rate = false; })>();
  }
  SUBCASE("mean of the tensor") {
    follows_plain_loops<with([](auto& o) { o.problem_mean = false; })>();
  }
  SUBCASE("no shortcut") {
    follows_plain_loops<with([](auto& o) { o.shortcut = false; })>();
  }
  SUBCASE("not normalized") {
    follows_plain_loops<with([](auto& o) { o.normalized = false; })>();
  }
  SUBCASE("every scale decays") {
    follows_plain_loops<with([](auto& o) { o.every_scale_decays = true; })>();
  }
  SUBCASE("last tensor") {
    follows_plain_loops<with([](auto& o) { o.last_tensor = true; })>();
  }
  SUBCASE("leaky") {
    follows_plain_loops<with([](auto& o) { o.leaky = true; })>();
  }
  SUBCASE("fixed decays") {
    follows_plain_loops<with([](auto& o) { o.learned_input_decay = false; })>();
    follows_plain_loops<with([](auto& o) { o.learned_scale_decay = false; })>();
  }
  SUBCASE("no rates") {
    follows_plain_loops<with([](auto& o) { o.dynamic_rate = o.relative_rate = false; })>();
  }
  SUBCASE("attention") {
    follows_plain_loops<with([](auto& o) { o.attention = true; })>();
  }
  SUBCASE("features of the rate") {
    follows_plain_loops<with([](auto& o) { o.extreme_rate = true; })>();
    follows_plain_loops<with([](auto& o) {
      o.relative_rate = false;
      o.absolute_rate = o.extreme_rate = true;
    })>();
  }
}

}  // namespace learned_hierarchical_options_test
