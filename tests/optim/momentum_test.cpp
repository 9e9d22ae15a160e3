// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/momentum.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../support/layouts.hpp"
#include "../support/replay.hpp"

namespace optim_momentum_test {

using namespace halo;

TEST_CASE("momentum follows its equation") {
  support::replay(optim::momentum{{.rate = 0.05F}},
                  [](double& x, double g, double& a, double&, int) {
                    double const rate = 0.05F, mu = 0.9F, decay = 0;
                    bool const nesterov = false;
                    double const slope = g + decay * x;
                    a = mu * a + slope;
                    x -= rate * (nesterov ? slope + mu * a : a);
                  });
  support::replay(
      optim::momentum{{.rate = 0.05F, .momentum = 0.5F, .nesterov = true, .weight_decay = 0.1F}},
      [](double& x, double g, double& a, double&, int) {
        double const rate = 0.05F, mu = 0.5, decay = 0.1F;
        bool const nesterov = true;
        double const slope = g + decay * x;
        a = mu * a + slope;
        x -= rate * (nesterov ? slope + mu * a : a);
      });
}

// The velocity of a layer that a mask left out, or that decay made, is not forgotten.
TEST_CASE("momentum: a step that is done is finite, whatever masks and options came before") {
  using layout = support::three_layers<5, 3, 16, 33>;
  for (bool const by_decay : {false, true}) {
    CAPTURE(by_decay);
    optim::momentum const before{{.rate = 1e-9F, .weight_decay = by_decay ? 1e9F : 0.0F}};
    optim::momentum const after{{.rate = 1e11F}};
    auto state = before.init<layout, float>();
    std::vector<float> theta(layout::size, 1e20F);
    std::vector<float> const huge(layout::size, by_decay ? 1e-3F : 3e29F);
    std::vector<float> const small(layout::size, 1e-3F);
    CHECK(before.step(theta.data(), huge.data(), state) == optim::status::done);
    optim::step_context<float> others;
    others.mask = layer_mask::top(1, layout::layers);
    for (int i = 0; i < 2000; ++i)
      CHECK(optim::momentum{}.step(theta.data(), small.data(), state, others) ==
            optim::status::done);
    auto const kept = theta;
    optim::status const end = after.step(theta.data(), small.data(), state);
    CHECK(end == optim::status::non_finite);
    CHECK(theta == kept);
  }
}

}  // namespace optim_momentum_test
