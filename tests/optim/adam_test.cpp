// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/adam.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "../support/replay.hpp"

using namespace halo;

TEST_CASE("adam follows its equation") {
  support::replay(optim::adam{}, [](double& x, double g, double& a, double& b, int step) {
    double const rate = 1e-3F, beta1 = 0.9F, beta2 = 0.999F, epsilon = 1e-8F, decay = 0;
    a = beta1 * a + (1 - beta1) * g;
    b = beta2 * b + (1 - beta2) * g * g;
    double const m = a / (1 - std::pow(beta1, step));
    double const v = b / (1 - std::pow(beta2, step));
    x -= rate * m / (std::sqrt(v) + epsilon) + rate * decay * x;
  });
  support::replay(optim::adam{{.rate = 0.1F, .beta1 = 0.5F, .beta2 = 0.75F, .epsilon = 0.1F}},
                  [](double& x, double g, double& a, double& b, int step) {
                    double const rate = 0.1F, beta1 = 0.5, beta2 = 0.75, epsilon = 0.1F, decay = 0;
                    a = beta1 * a + (1 - beta1) * g;
                    b = beta2 * b + (1 - beta2) * g * g;
                    double const m = a / (1 - std::pow(beta1, step));
                    double const v = b / (1 - std::pow(beta2, step));
                    x -= rate * m / (std::sqrt(v) + epsilon) + rate * decay * x;
                  });
  support::replay(
      optim::adamw(0.05F, 0.25F), [](double& x, double g, double& a, double& b, int step) {
        double const rate = 0.05F, beta1 = 0.9F, beta2 = 0.999F, epsilon = 1e-8F, decay = 0.25;
        a = beta1 * a + (1 - beta1) * g;
        b = beta2 * b + (1 - beta2) * g * g;
        double const m = a / (1 - std::pow(beta1, step));
        double const v = b / (1 - std::pow(beta2, step));
        x -= rate * m / (std::sqrt(v) + epsilon) + rate * decay * x;
      });
}
