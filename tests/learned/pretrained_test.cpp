// SPDX-License-Identifier: BSD-3-Clause
// Weights that were trained on short runs: each beats its untrained self where it was trained to,
// on tasks that it never saw. The weights of learned::halo_rule are judged in halo_rule_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <halo/learned/pretrained/dm_coordinate_lstm.hpp>
#include <halo/learned/pretrained/l2o_hierarchical_rnn.hpp>
#include <halo/learned/pretrained/leaky_hierarchical_rnn.hpp>
#include <halo/learned/pretrained/paper_hierarchical_rnn.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/selection.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

namespace learned_pretrained_test {

namespace {

using namespace halo;

/// Teachers with 20 features and 5 classes, from small weights.
template <class Activation>
using problem = task::supervised<nn::sequential<nn::linear<20, 24>, Activation, nn::linear<24, 5>>,
                                 float, 64, nn::normal>;

template <class Problem>
Problem teacher(std::uint64_t i, float deviation) {
  task::teacher_options const o{.rows = 4000, .features = 20, .classes = 5};
  return Problem(task::make_teacher(o, seed{4200 + i}), 64, seed{i}, {deviation});
}

/// Held-out accuracy after so many steps; below zero if one was not finite.
template <class Problem, class Rule>
double accuracy(Problem& p, Rule const& rule, std::uint64_t steps, optim::selection const& select) {
  using layout = typename Problem::layout;
  std::vector<float> theta(layout::size), gradient(layout::size);
  auto const state =
      std::make_unique<typename Rule::template state<layout>>(rule.template init<layout>());
  p.start(seed{1}, theta.data());
  for (std::uint64_t t = 0; t < steps; ++t) {
    optim::step_context<float> context;
    context.loss = static_cast<float>(
        p.value_and_gradient(task::part::train, t, theta.data(), gradient.data()));
    context.mask = select.draw(generator(seed{2}), t, layout::layers);
    float const* const g = gradient.data();
    if (rule.step(theta.data(), g, *state, context) == optim::status::non_finite) return -1;
  }
  return p.accuracy(theta.data());
}

}  // namespace

TEST_CASE("the trained coordinate-wise LSTM learns where the untrained one walks about" *
          doctest::test_suite("long")) {
  auto const dense = optim::selection::dense();
  auto const rule = learned::pretrained::dm_coordinate_lstm();
  for (std::uint64_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    auto p = teacher<problem<nn::sigmoid>>(i, 0.01F);
    double const without = accuracy(p, learned::coordinate_lstm<>{}, 100, dense);
    double const with = accuracy(p, rule, 100, dense);
    CHECK(with > without + 0.4);
    CHECK(with > 0.7);
    CHECK(accuracy(p, rule, 1000, dense) > 0.7);  // ten times what it was trained for
  }
}

TEST_CASE("the weights of the paper's training gain at its own horizon" *
          doctest::test_suite("long")) {
  namespace options = learned::hierarchical;
  double gained_paper = 0, gained_l2o = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    auto p = teacher<problem<nn::relu>>(i, 0.1F);
    auto const thirds = optim::selection::thirds(2), dense = optim::selection::dense();
    gained_paper += accuracy(p, learned::pretrained::paper_hierarchical_rnn(), 100, thirds) -
                    accuracy(p, learned::hierarchical_rnn<options::paper>{seed{1}}, 100, thirds);
    gained_l2o += accuracy(p, learned::pretrained::l2o_hierarchical_rnn(), 100, dense) -
                  accuracy(p, learned::hierarchical_rnn<>{seed{1}}, 100, dense);
  }
  MESSAGE("points gained, with masks and without: " << 25 * gained_paper << ", "
                                                    << 25 * gained_l2o);
  CHECK(gained_paper / 4 > 0.05);
  CHECK(gained_l2o / 4 > 0.02);
}

TEST_CASE("the weights of the leaky one go down where the untrained one crawls") {
  using rule = learned::hierarchical_rnn<learned::hierarchical::leaky>;
  auto p = teacher<problem<nn::relu>>(0, 0.3F);
  auto const dense = optim::selection::dense();
  double const without = accuracy(p, rule{}, 200, dense);
  double const with = accuracy(p, learned::pretrained::leaky_hierarchical_rnn(), 200, dense);
  CAPTURE(without);
  CHECK(with > without + 0.1);
}

}  // namespace learned_pretrained_test
