// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/adam.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "../support/replay.hpp"

namespace optim_adam_test {

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

TEST_CASE("adam's means of a parameter without gradient never become denormal numbers") {
  using layout = flat_layout<37>;
  optim::adam const rule{{.beta1 = 0.9F, .beta2 = 0.75F}};
  auto state = rule.init<layout, float>();
  float theta[layout::size] = {}, gradient[layout::size];
  for (float& g : gradient) g = 0.5F;
  for (int step = 0; step < 1200; ++step) {
    REQUIRE(rule.step(theta, static_cast<float const*>(gradient), state) == optim::status::done);
    for (float& g : gradient) g = 0;
    CAPTURE(step);
    for (float m : state.m) CHECK((m == 0 || std::isnormal(m)));
    for (float v : state.v) CHECK((v == 0 || std::isnormal(v)));
  }
  for (float m : state.m) CHECK(m < 1e-30F);
  for (float v : state.v) CHECK(v < 1e-30F);
}

}  // namespace optim_adam_test
