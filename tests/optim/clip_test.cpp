// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/clip.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <halo/optim/sgd.hpp>

#include "../support/layouts.hpp"

namespace optim_clip_test {

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

TEST_CASE("finite gradients of any size have their norm, and are clipped to it") {
  auto const clips = []<class T>(T large, T) {
    CAPTURE(static_cast<double>(large));
    float const norm = static_cast<double>(large) < 1 ? 1e-38F : 1.0F;
    optim::clipped const rule(optim::sgd{{.rate = 1.0F}}, {.norm = norm});
    auto state = rule.template init<flat_layout<5>, T>();
    std::vector<T> theta(5, T(0));
    std::vector<T> const gradient{T(0.75) * large, large, T(0), T(0), T(0)};
    CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
    CHECK(static_cast<double>(theta[0]) ==
          doctest::Approx(-0.6 * static_cast<double>(norm)).epsilon(1e-5));
    CHECK(static_cast<double>(theta[1]) ==
          doctest::Approx(-0.8 * static_cast<double>(norm)).epsilon(1e-5));
  };
  for (float const large : {1e-30F, 1e-22F, 1e-18F, 1e15F, 1e19F, 1e30F, 3e38F}) clips(large, 0.0F);
  for (double const large : {1e-30, 1e-20, 1e20, 1e150, 1e160, 1e300, 1.7e308}) clips(large, 0.0);
}

TEST_CASE("two gradients of 1e19 are a step like any other") {
  optim::clipped const rule(optim::sgd{{.rate = 1.0F}}, {.norm = 1});
  auto state = rule.init<flat_layout<2>>();
  std::vector<float> theta(2, 0.0F);
  std::vector<float> const gradient{1e19F, -1e19F};
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
  CHECK(theta[0] == doctest::Approx(-std::sqrt(0.5F)));
  CHECK(theta[1] == -theta[0]);
}

}  // namespace optim_clip_test
