// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/hierarchical_weights.hpp>

#include <doctest/doctest.h>

#include <span>
#include <vector>

namespace learned_hierarchical_weights_test {

using namespace halo;
using learned::hierarchical_options;
using learned::hierarchical_weights;

TEST_CASE("the hierarchical RNN's weights are as many as the released code's") {
  // 8349, and the initial log-rate, which there is not learned
  static_assert(hierarchical_weights<hierarchical_options{}>.size == 8349 + 1);
  static_assert(hierarchical_weights<learned::hierarchical::paper>.size == 8079 + 1);
  static_assert(hierarchical_weights<hierarchical_options{.shortcut = false}>.size == 8345 + 1);
  static_assert(hierarchical_weights<hierarchical_options{.attention = true}>.size == 8363 + 1);
}

TEST_CASE("untrained attention begins as a copy of the update, with a shortcut of its own") {
  constexpr auto const& table = hierarchical_weights<hierarchical_options{.attention = true}>;
  std::vector<double> w(table.size);
  learned::initialize(table, std::span<double>(w), seed{2});
  for (std::size_t k = 0; k < 10; ++k) {
    CHECK(w[table["attention"] + k] == w[table["update"] + k]);
    CHECK(w[table["attention"] + k] != 0);
  }
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(w[table["attention_shortcut"] + k] != w[table["shortcut"] + k]);
    CHECK(std::abs(w[table["attention_shortcut"] + k] - 0.25) < 4 * 0.05);
  }
}

TEST_CASE("untrained weights begin where the released code's do") {
  constexpr auto const& table = hierarchical_weights<hierarchical_options{}>;
  constexpr auto const& drawn = hierarchical_weights<hierarchical_options{.zero_rate = false}>;
  static_assert(drawn.size == table.size);
  std::vector<double> w(table.size), other(table.size);
  learned::initialize(table, std::span<double>(w), seed{2});
  learned::initialize(drawn, std::span<double>(other), seed{2});
  for (std::size_t k = 0; k < 20; ++k) {
    CHECK(w[table["parameter.gates_bias"] + k] == 2.2);
    CHECK(w[table["global_to_parameter_bias"] + k] == 0);
  }
  for (std::size_t k = 0; k < 10; ++k) {
    CHECK(w[table["rate"] + k] == 0);
    CHECK(other[table["rate"] + k] != 0);
    CHECK(std::abs(other[table["rate"] + k]) < 4 * 0.5 / std::sqrt(10.0));
  }
  CHECK(w[table["scale_decay_bias"]] == 3.2);
  CHECK(w[table["input_decay_bias"]] == 2.2);
  CHECK(w[table["step_size"]] == -1);
  CHECK(w[table["initial_log_rate"]] == doctest::Approx(std::log(1e-3)).epsilon(1e-15));
}

}  // namespace learned_hierarchical_weights_test
