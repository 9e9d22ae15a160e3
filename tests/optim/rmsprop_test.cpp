// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/rmsprop.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "../support/replay.hpp"

namespace optim_rmsprop_test {

using namespace halo;

TEST_CASE("rmsprop follows its equation") {
  support::replay(optim::rmsprop{}, [](double& x, double g, double& a, double&, int) {
    double const rate = 1e-3F, beta = 0.99F, epsilon = 1e-8F;
    a = beta * a + (1 - beta) * g * g;
    x -= rate * g / (std::sqrt(a) + epsilon);
  });
  support::replay(optim::rmsprop{{.rate = 0.2F, .beta = 0.5F, .epsilon = 0.1F}},
                  [](double& x, double g, double& a, double&, int) {
                    double const rate = 0.2F, beta = 0.5, epsilon = 0.1F;
                    a = beta * a + (1 - beta) * g * g;
                    x -= rate * g / (std::sqrt(a) + epsilon);
                  });
}

}  // namespace optim_rmsprop_test
