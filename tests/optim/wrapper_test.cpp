// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/wrapper.hpp>

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include <halo/optim.hpp>

namespace optim_wrapper_test {

using namespace halo;

namespace {

/// What the documentation shows.
template <class Inner>
struct noisy : optim::wrapper<noisy<Inner>, Inner> {
  using base = optim::wrapper<noisy, Inner>;
  using base::base;
  static constexpr char const* wrapper_name = "noisy";
  template <class State, class T>
  optim::status step(T* theta, T const* g, State& s,
                     optim::step_context<T> const& context = {}) const noexcept {
    return this->inner.step(theta, g, s, context);
  }
};

template <class Inner>
noisy(Inner) -> noisy<Inner>;

using deep = optim::scheduled<optim::clipped<noisy<optim::averaged<optim::adam>>>, optim::cosine>;
static_assert(optim::optimizer<deep>);
static_assert(deep::name == std::string_view("scheduled(clipped(noisy(averaged(adam))))"));
static_assert(optim::keeps_average<deep::state<flat_layout<4>, float>>);
static_assert(!optim::keeps_average<noisy<optim::adam>::state<flat_layout<4>, float>>);
static_assert(std::is_same_v<optim::policy_of<noisy<optim::sgd>>, optim::selection>);

}  // namespace

TEST_CASE("wrapper: the average is found inside, and restarted there") {
  deep const rule{};
  auto state = rule.init<flat_layout<4>, float>();
  std::vector<float> theta(4, 1.0F);
  std::vector<float> const g(4, 0.5F);
  for (int i = 0; i < 3; ++i)
    REQUIRE(rule.step(theta.data(), g.data(), state) == optim::status::done);
  CHECK(optim::average_steps(state) == 3);
  CHECK(optim::average(state)[0] == state.inner.average[0]);
  optim::restart_average(state);
  CHECK(optim::average_steps(state) == 0);
  CHECK(state.steps == 3);
}

TEST_CASE("wrapper: a schedule reaches the rate through whatever lies between") {
  optim::scheduled const rule(optim::clipped(noisy(optim::averaged(optim::sgd{{.rate = 1}}))),
                              optim::step_decay{.period = 1, .factor = 0.5});
  auto state = rule.init<flat_layout<1>, float>();
  float theta = 0;
  float const g = 1;
  for (int i = 0; i < 3; ++i) REQUIRE(rule.step(&theta, &g, state) == optim::status::done);
  CHECK(theta == -1.75F);
}

TEST_CASE("wrapper: it costs what the inner optimizer costs until it says otherwise") {
  CHECK(optim::operations<noisy<optim::adam>, flat_layout<10>>(layer_mask(1)) ==
        optim::operations<optim::adam, flat_layout<10>>(layer_mask(1)));
  CHECK(sizeof(noisy<optim::adam>) == sizeof(optim::adam));
}

}  // namespace optim_wrapper_test
