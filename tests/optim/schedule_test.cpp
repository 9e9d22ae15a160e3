// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/schedule.hpp>

#include <doctest/doctest.h>

#include <vector>

#include <halo/optim/sgd.hpp>

using namespace halo;

TEST_CASE("step decay falls after each period") {
  optim::step_decay const s{.period = 3, .factor = 0.5};
  CHECK(s(0) == 1.0);
  CHECK(s(2) == 1.0);
  CHECK(s(3) == 0.5);
  CHECK(s(8) == 0.25);
}

TEST_CASE("cosine: warm-up, start, middle, end") {
  optim::cosine const s{.steps = 100, .final = 0.1, .warm_up = 4};
  CHECK(s(0) == doctest::Approx(0.25));
  CHECK(s(3) == doctest::Approx(1.0));
  CHECK(s(4) == doctest::Approx(1.0));
  CHECK(s(54) == doctest::Approx(0.55));
  CHECK(s(104) == doctest::Approx(0.1));
  CHECK(s(100000) == doctest::Approx(0.1));
}

TEST_CASE("a scheduled optimizer multiplies the rate and counts only steps that moved") {
  optim::scheduled<optim::sgd, optim::step_decay> const rule{optim::sgd{{.rate = 1.0F}},
                                                             {.period = 1, .factor = 0.5}};
  auto state = rule.init<flat_layout<1>>();
  std::vector<float> theta{10.0F};
  std::vector<float> const gradient{1.0F};
  optim::step_context<float> nothing;
  nothing.mask = layer_mask{};
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
  CHECK(theta[0] == 9.0F);
  CHECK(rule.step(theta.data(), gradient.data(), state, nothing) == optim::status::empty);
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
  CHECK(theta[0] == 8.5F);
}
