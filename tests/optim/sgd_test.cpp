// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/sgd.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "../support/replay.hpp"

namespace optim_sgd_test {

using namespace halo;

TEST_CASE("sgd follows its equation") {
  support::replay(optim::sgd{{.rate = 0.1F}}, [](double& x, double g, double&, double&, int) {
    double const rate = 0.1F, decay = 0;
    x -= rate * (g + decay * x);
  });
  support::replay(optim::sgd{{.rate = 0.1F, .weight_decay = 0.5F}},
                  [](double& x, double g, double&, double&, int) {
                    double const rate = 0.1F, decay = 0.5;
                    x -= rate * (g + decay * x);
                  });
}

}  // namespace optim_sgd_test
