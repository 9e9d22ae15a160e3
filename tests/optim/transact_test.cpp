// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/transact.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <halo/optim/sgd.hpp>

namespace optim_transact_test {

using namespace halo;

TEST_CASE("a step whose update would overflow is refused whole") {
  // |rate * g| is finite for every element but the sum with theta is not for one of them
  optim::sgd const rule{{.rate = 1.0F}};
  optim::sgd::state<flat_layout<40>> state;
  std::vector<float> theta(40, 1.0F);
  std::vector<float> gradient(40, 1.0F);
  theta[20] = 3e38F;
  gradient[20] = -2e38F;
  auto const before = theta;
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::non_finite);
  CHECK(theta == before);
  gradient[20] = 2e38F;
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
  CHECK(theta[20] == doctest::Approx(1e38F));
}

TEST_CASE("a magnitude that the caller knows is believed") {
  optim::sgd const rule{{.rate = 0.5F}};
  optim::sgd::state<flat_layout<5>> state;
  std::vector<float> theta(5, 1.0F);
  std::vector<float> const gradient(5, 1.0F);
  optim::step_context<float> context;
  context.magnitude = std::numeric_limits<float>::infinity();
  CHECK(rule.step(theta.data(), gradient.data(), state, context) == optim::status::non_finite);
  context.magnitude = 1.0F;
  CHECK(rule.step(theta.data(), gradient.data(), state, context) == optim::status::done);
  CHECK(theta[4] == 0.5F);
}

TEST_CASE("scale and limit act on the gradient, in this order") {
  optim::sgd const rule{{.rate = 1.0F}};
  optim::sgd::state<flat_layout<3>> state;
  std::vector<float> theta(3, 0.0F);
  std::vector<float> const gradient{1.0F, -4.0F, 0.1F};
  optim::step_context<float> context;
  context.scale = 0.5F;
  context.limit = 1.0F;
  CHECK(rule.step(theta.data(), gradient.data(), state, context) == optim::status::done);
  CHECK(theta == std::vector<float>{-0.5F, 1.0F, -0.05F});
}

TEST_CASE("without_denormals changes no number of ordinary size and leaves no denormal one") {
  using V = simd::batch<float>;
  for (float x : {1.0F, -0.1F, 3e-16F, -7e-16F, 1e30F, 0.0F})
    CHECK(optim::without_denormals(V(x)).get(0) == x);
  for (float x :
       {1e-45F, -1e-40F, 1e-38F, -2e-38F, 1e-33F, 3e-31F, -7e-30F, 1e-25F, -3e-23F, 7e-20F}) {
    CAPTURE(x);
    float const y = optim::without_denormals(V(x)).get(0);
    CHECK((y == 0 || std::abs(y) > 1e-31F));
    CHECK(std::abs(y - x) <= 1e-31F + 2.4e-7F * std::abs(x));
  }
}

}  // namespace optim_transact_test
