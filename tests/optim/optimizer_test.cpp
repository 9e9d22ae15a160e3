// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/optimizer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/options.hpp>
#include <halo/optim.hpp>

#include "../support/unrecorded.hpp"

namespace optim_optimizer_test {

using namespace halo;

namespace {

std::string message_of(auto const& rule) {
  try {
    check_options(rule, rule.name);
  } catch (halo::error const& e) {
    return e.what();
  }
  return "";
}

/// A state whose counters, all of them, stand at one number.
template <class State>
void set_counters(State& s, std::uint64_t to) {
  walk(s, [=]<class T>(field_path const&, recorded_field<T> const& field) {
    if constexpr (std::is_same_v<T, std::uint64_t>) {
      if (field.kind == field_kind::number || field.kind == field_kind::per_tensor)
        for (T& x : field.values) x = to;
    }
  });
}

}  // namespace

TEST_CASE("optimizers: every member is recorded, of wrappers and schedules too") {
  CHECK(support::unrecorded_bytes(optim::sgd{}) == 0);
  CHECK(support::unrecorded_bytes(optim::momentum{}) == 0);
  CHECK(support::unrecorded_bytes(optim::adagrad{}) == 0);
  CHECK(support::unrecorded_bytes(optim::rmsprop{}) == 0);
  CHECK(support::unrecorded_bytes(optim::adam{}) == 0);
  CHECK(support::unrecorded_bytes(optim::clipped<optim::adam>{}) == 0);
  CHECK(support::unrecorded_bytes(optim::slimming<optim::adam>{}) == 0);
  CHECK(support::unrecorded_bytes(optim::scheduled<optim::adam, optim::cosine>{}) == 0);
  CHECK(support::unrecorded_bytes(optim::scheduled<optim::adam, optim::step_decay>{}) == 0);
  CHECK(support::unrecorded_bytes(optim::pruned<optim::averaged<optim::adam>>{}) == 0);
}

TEST_CASE("optimizers: an option out of its range is named") {
  float const inf = std::numeric_limits<float>::infinity();
  CHECK(message_of(optim::adam{}).empty());
  CHECK(message_of(optim::adamw()).empty());
  CHECK(message_of(optim::sgd{{.rate = -0.1F}}) ==
        "sgd: rate: expected a number above 0, found -0.100000001");
  CHECK(message_of(optim::adam{{.beta1 = 1.5F}}).find("adam: beta1: ") == 0);
  CHECK(message_of(optim::adam{{.beta2 = 1}}).find("adam: beta2: ") == 0);
  CHECK(message_of(optim::adam{{.epsilon = -1}}).find("adam: epsilon: ") == 0);
  CHECK(message_of(optim::adam{{.weight_decay = -1}}).find("adam: weight_decay: ") == 0);
  CHECK(message_of(optim::adam{{.rate = inf}}).find("adam: rate: ") == 0);
  CHECK(message_of(optim::momentum{{.momentum = 1}}).find("momentum: momentum: ") == 0);
  CHECK(message_of(optim::rmsprop{{.beta = 1}}).find("rmsprop: beta: ") == 0);
  CHECK(message_of(optim::adagrad{{.initial = -1}}).find("adagrad: initial: ") == 0);
  CHECK(message_of(optim::clipped(optim::adam{}, {.norm = 0})).find("clipped(adam): norm: ") == 0);
  CHECK(message_of(optim::clipped(optim::adam{}, {.value = inf})).empty());
  CHECK(message_of(optim::slimming(optim::adam{}, {.shrinkage = -1}))
            .find("slimming(adam): shrinkage: ") == 0);
  CHECK(message_of(optim::scheduled(optim::adam{}, optim::step_decay{.period = 0}))
            .find("scheduled(adam): schedule.period: ") == 0);
  CHECK(message_of(optim::scheduled(optim::adam{}, optim::cosine{.steps = 0}))
            .find("scheduled(adam): schedule.steps: ") == 0);
  CHECK(message_of(optim::clipped(optim::averaged(optim::adam{{.rate = 0}})))
            .find("clipped(averaged(adam)): inner.inner.rate: ") == 0);
}

// float counts every integer up to 2^24, double up to 2^53
TEST_CASE("optimizers: no counter wraps, and steps stay what they are at any count") {
  auto const at = [](auto const& rule, std::uint64_t count) {
    auto state = rule.template init<flat_layout<3>, float>();
    std::vector<float> theta{1, -2, 3}, g{0.1F, -0.2F, 0.3F};
    for (int i = 0; i < 4000; ++i) {  // running means arrive
      REQUIRE(rule.step(theta.data(), g.data(), state) == optim::status::done);
    }
    theta = {1, -2, 3};
    set_counters(state, count);
    for (int i = 0; i < 6; ++i) {
      REQUIRE(rule.step(theta.data(), g.data(), state) == optim::status::done);
      for (float const x : theta) CHECK(std::isfinite(x));
    }
    return theta;
  };
  auto const stays = [&](auto const& rule) {
    CAPTURE(std::string(rule.name));
    auto const expected = at(rule, 100'000);
    for (std::uint64_t const count : {(std::uint64_t{1} << 31) - 3, (std::uint64_t{1} << 32) - 3,
                                      (std::uint64_t{1} << 53) - 3, (std::uint64_t{1} << 63) - 3})
      for (std::size_t i = 0; i < 3; ++i)
        CHECK(at(rule, count)[i] == doctest::Approx(expected[i]).epsilon(1e-6));
  };
  stays(optim::adam{{.rate = 0.1F}});
  stays(optim::averaged(optim::adam{{.rate = 0.1F}}));
  stays(optim::scheduled(optim::adam{{.rate = 0.1F}}, optim::cosine{.steps = 1000, .final = 0.5}));
  stays(optim::scheduled(optim::sgd{}, optim::step_decay{.period = 1000, .factor = 0}));
}

TEST_CASE("adam and rmsprop: gradients of any size take steps of the rule's length") {
  for (float const size : {1e-15F, 1e-12F, 1e-3F, 1.0F, 1e6F, 1e15F}) {
    for (float const epsilon : {1e-16F, 1e-15F, 1e-8F}) {
      CAPTURE(size);
      CAPTURE(epsilon);
      optim::adam const rule{{.rate = 1e-3F, .epsilon = epsilon}};
      auto state = rule.init<flat_layout<2>, float>();
      optim::rmsprop const other{{.rate = 1e-3F, .beta = 0.9F, .epsilon = epsilon}};
      auto there = other.init<flat_layout<2>, float>();
      std::vector<float> theta(2, 0.0F), at(2, 0.0F);
      std::vector<float> const g{size, -size};
      for (int t = 0; t < 100; ++t) {
        REQUIRE(rule.step(theta.data(), g.data(), state) == optim::status::done);
        REQUIRE(other.step(at.data(), g.data(), there) == optim::status::done);
      }
      double const expected = 100 * 1e-3 * static_cast<double>(size) /
                              (static_cast<double>(size) + static_cast<double>(epsilon));
      CHECK(-static_cast<double>(theta[0]) == doctest::Approx(expected).epsilon(1e-3));
      CHECK(theta[1] == -theta[0]);
      double v = 0, sum = 0;
      double const z = static_cast<double>(size), e = static_cast<double>(epsilon);
      for (int t = 0; t < 100; ++t) {
        v += (1 - static_cast<double>(0.9F)) * (z * z - v);
        sum += 1e-3 * z / (std::sqrt(v) + e);
      }
      CHECK(-static_cast<double>(at[0]) == doctest::Approx(sum).epsilon(1e-3));
    }
  }
}

TEST_CASE("adam and rmsprop: a factor of 0 remembers nothing") {
  optim::adam const rule{{.rate = 1.0F, .beta1 = 0, .beta2 = 0, .epsilon = 1e-12F}};
  auto state = rule.init<flat_layout<1>, float>();
  optim::rmsprop const other{{.rate = 1.0F, .beta = 0, .epsilon = 1e-12F}};
  auto there = other.init<flat_layout<1>, float>();
  for (float const g : {1.0F, 1e-5F, 1e4F, 3e-7F}) {
    float a = 0, b = 0;
    REQUIRE(rule.step(&a, &g, state) == optim::status::done);
    REQUIRE(other.step(&b, &g, there) == optim::status::done);
    CHECK(a == doctest::Approx(-1).epsilon(1e-5));
    CHECK(b == doctest::Approx(-1).epsilon(1e-5));
  }
}

TEST_CASE(
    "optimizers: a state from elsewhere whose bounds are wrong never gives infinite numbers") {
  optim::adam const rule{{.rate = 1e10F}};
  auto state = rule.init<flat_layout<2>, float>();
  state.m[0] = 3e38F;
  state.v[1] = -1;
  state.restored();
  std::vector<float> theta(2, 1.0F);
  std::vector<float> const g(2, 1e-3F);
  CHECK(rule.step(theta.data(), g.data(), state) == optim::status::non_finite);
  CHECK(theta == std::vector<float>(2, 1.0F));
}

TEST_CASE("optimizers: bounds stay finite, so that a run after large gradients can be saved") {
  auto const finite = [](auto const& rule) {
    auto state = rule.template init<flat_layout<40>, float>();
    std::vector<float> theta(40, 0.0F), g(40, 0.0F);
    int done = 0;
    for (std::size_t i = 0; i < 40; ++i) {
      std::fill(g.begin(), g.end(), 0.0F);
      g[i] = 1.5e19F;
      done += rule.step(theta.data(), g.data(), state) == optim::status::done ? 1 : 0;
      CHECK(std::isfinite(state.bound));
    }
    CHECK(done == 40);
    for (float const x : theta) CHECK(std::isfinite(x));
  };
  finite(optim::adagrad{});
  finite(optim::rmsprop{});
  finite(optim::adam{});
  finite(optim::momentum{{.momentum = 0.999F}});
}

}  // namespace optim_optimizer_test
