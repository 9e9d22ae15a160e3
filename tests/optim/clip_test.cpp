// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/clip.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <halo/optim/sgd.hpp>

#include "../support/layouts.hpp"

using namespace halo;

TEST_CASE("the norm of the selected gradient is clipped") {
  using layout = support::three_layers<2, 1, 1, 1>;
  optim::clipped<optim::sgd> const rule{optim::sgd{{.rate = 1.0F}}, {.norm = 1.0F}};
  auto state = rule.init<layout>();
  std::vector<float> theta(layout::size, 0.0F);
  std::vector<float> const gradient{3.0F, 4.0F, 0.0F, 1000.0F, 1000.0F, 1000.0F};
  optim::step_context<float> context;
  context.mask = layer_mask::only(0);
  CHECK(rule.step(theta.data(), gradient.data(), state, context) == optim::status::done);
  CHECK(theta[0] == doctest::Approx(-0.6F));
  CHECK(theta[1] == doctest::Approx(-0.8F));
  CHECK(theta[3] == 0.0F);
}

TEST_CASE("a gradient below the limits passes as it is") {
  optim::clipped<optim::sgd> const rule{optim::sgd{{.rate = 1.0F}}, {.norm = 10.0F, .value = 5.0F}};
  auto state = rule.init<flat_layout<2>>();
  std::vector<float> theta(2, 0.0F);
  std::vector<float> const gradient{3.0F, -4.0F};
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
  CHECK(theta == std::vector<float>{-3.0F, 4.0F});
}

TEST_CASE("clipping by value limits each element") {
  optim::clipped<optim::sgd> const rule{optim::sgd{{.rate = 1.0F}}, {.value = 1.0F}};
  auto state = rule.init<flat_layout<3>>();
  std::vector<float> theta(3, 0.0F);
  std::vector<float> const gradient{3.0F, -4.0F, 0.5F};
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
  CHECK(theta == std::vector<float>{-1.0F, 1.0F, -0.5F});
}

TEST_CASE("what is not finite is never clipped into something finite") {
  optim::clipped<optim::sgd> const rule{optim::sgd{{.rate = 1.0F}}, {.norm = 1.0F, .value = 1.0F}};
  auto state = rule.init<flat_layout<3>>();
  for (float const bad :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> theta(3, 2.0F);
    std::vector<float> const gradient{0.0F, bad, 0.5F};
    CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::non_finite);
    CHECK(theta == std::vector<float>(3, 2.0F));
  }
}
