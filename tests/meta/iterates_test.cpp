// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/iterates.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <halo/core/random.hpp>

#include "../support/learned_rate.hpp"
#include "../support/two_tensors.hpp"

namespace meta_iterates_test {

namespace {

using namespace halo;
using problem = support::two_tensors<double>;
using program = support::learned_rate;
using iterates = meta::iterates<program, problem>;

}  // namespace

TEST_CASE("iterates: every θ_i is where it was, idle iterations included") {
  double const log_rate = -3;
  iterates::optimizer_type const rule(std::span<double const>(&log_rate, 1));
  iterates at(5);
  for (int window = 0; window < 2; ++window) {  // the second one forgets the first
    CAPTURE(window);
    problem().start(seed{3}, at.theta.data());
    *at.state = rule.init<problem::layout, double>();
    at.restart();
    std::vector<std::vector<double>> seen;
    constexpr unsigned masks[] = {3, 0, 1, 0, 0};
    for (std::size_t i = 0; i < 5; ++i) {
      seen.push_back(at.theta);
      at.loss(i) =
          problem().value_and_gradient(task::part::train, i, at.theta.data(), at.gradient(i));
      optim::step_context<double> context;
      context.mask = layer_mask(masks[i]);
      auto const status = at.step(rule, context);
      CHECK(status == (masks[i] == 0 ? optim::status::empty : optim::status::done));
      CHECK(at.moved(i) == (masks[i] != 0));
      CHECK(at.count() == i + 1);
    }
    seen.push_back(at.theta);
    CHECK(seen[0] != seen[1]);
    CHECK(seen[2] != seen[3]);
    for (std::size_t i = 0; i <= 5; ++i) {
      CAPTURE(i);
      CHECK(std::vector<double>(at.theta_at(i), at.theta_at(i) + 6) == seen[i]);
      CHECK(at.true_at(i) == at.theta_at(i));  // nothing is ahead of anything here
      CHECK(at.true_gradient(i) == at.gradient(i));
    }
  }
}

}  // namespace meta_iterates_test
