// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/momentum.hpp>

#include <doctest/doctest.h>

#include <cmath>

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

}  // namespace optim_momentum_test
