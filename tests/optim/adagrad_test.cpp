// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/adagrad.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "../support/replay.hpp"

namespace optim_adagrad_test {

using namespace halo;

TEST_CASE("adagrad follows its equation") {
  support::replay(optim::adagrad{}, [](double& x, double g, double& a, double&, int step) {
    double const rate = 1e-2F, epsilon = 1e-10F, initial = 0;
    if (step == 1) a = initial;
    a += g * g;
    x -= rate * g / (std::sqrt(a) + epsilon);
  });
  support::replay(optim::adagrad{{.rate = 0.3F, .epsilon = 1e-3F, .initial = 0.1F}},
                  [](double& x, double g, double& a, double&, int step) {
                    double const rate = 0.3F, epsilon = 1e-3F, initial = 0.1F;
                    if (step == 1) a = initial;
                    a += g * g;
                    x -= rate * g / (std::sqrt(a) + epsilon);
                  });
}

}  // namespace optim_adagrad_test
