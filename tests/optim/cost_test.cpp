// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/cost.hpp>

#include <doctest/doctest.h>

#include <halo/learned/horizon_rule.hpp>
#include <halo/optim/adagrad.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/pulled.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/layouts.hpp"

namespace optim_cost_test {

using namespace halo;

/// Layers of 7 + 2, 5 and 3 + 1 parameters.
using layout = support::three_layers<7, 2, 5, 3>;

TEST_CASE("cost: θ, gradient and state of what is selected come in, θ and state go out") {
  layer_mask const m(5);  // 13 of 18
  CHECK(optim::moved<optim::sgd, layout>(m) == cost{0, 0, 13 * 2, 13});
  CHECK(optim::moved<optim::momentum, layout>(m) == cost{0, 0, 13 * 3, 13 * 2});
  CHECK(optim::moved<optim::adam, layout>(m) == cost{0, 0, 13 * 4, 13 * 3});
  CHECK(optim::moved<learned::horizon_rule<>, layout>(m) == cost{0, 0, 13 * 10, 13 * 4});
  CHECK(optim::step_cost<optim::adagrad, layout>(m) == cost{4 * 13, 2 * 13, 13 * 3, 13 * 2});
}

TEST_CASE("cost: wrappers add what they move") {
  layer_mask const m(2);  // 5 of 18
  using averaged = optim::averaged<optim::adam>;
  CHECK(optim::step_cost<optim::scheduled<optim::adam, optim::constant_schedule>, layout>(m) ==
        optim::step_cost<optim::adam, layout>(m));
  CHECK(optim::step_cost<averaged, layout>(m) ==
        cost{9 * 5 + 2 * 18, 10, 5 * 4 + 2 * 18, 5 * 3 + 18});
  CHECK(optim::moved<optim::pulled<optim::sgd>, layout>(m) == cost{0, 0, 5 * 4, 5 * 2});
  CHECK(optim::moved<optim::clipped<optim::sgd>, layout>(m) == cost{0, 0, 5 * 3, 5});
  CHECK(optim::step_cost<averaged, layout>(layer_mask()) == cost{});
}

}  // namespace optim_cost_test
