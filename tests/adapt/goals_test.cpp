// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/goals.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace adapt_goals_test {

using namespace halo;
using adapt::stop;

namespace {

/// A device whose held-out losses are a list, one after the other.
struct listed {
  std::vector<double> const* losses;
  mutable std::size_t looks = 0;
  [[nodiscard]] adapt::evaluation try_evaluate(int, int) const noexcept {
    return {.loss = (*losses)[looks++], .accuracy = 0.5};
  }
};
struct examples {
  int x, y;
};

/// At which look a run ends for a reason of its own, and why.
struct ending {
  std::size_t look;
  stop reason;
  friend bool operator==(ending, ending) = default;
};
ending end_of(std::vector<double> const& losses, adapt::budget const& limits) {
  listed const device{&losses};
  examples const held_out{};
  adapt::detail::goals goals(limits);
  adapt::outcome o;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (goals.reached(device, held_out, o)) return {i, o.reason};
    CHECK(o.loss == losses[i]);
    o.totals.iterations += limits.evaluate_every;
  }
  return {losses.size(), stop::iterations};
}

}  // namespace

TEST_CASE("goals: patience counts looks without a lower loss, in a row") {
  CHECK(end_of({5, 4, 4, 3, 3, 3}, {.patience = 2}) == ending{5, stop::patience});
  CHECK(end_of({5, 6, 4, 6, 3, 6}, {.patience = 2}) == ending{6, stop::iterations});
  CHECK(end_of({5, 5}, {.patience = 1}) == ending{1, stop::patience});
}

TEST_CASE("goals: a loss that is reached, an accuracy first") {
  CHECK(end_of({5, 4, 2, 1}, {.loss = 2}) == ending{2, stop::loss});
  CHECK(end_of({5, 4}, {.accuracy = 0.5, .loss = 9}) == ending{0, stop::accuracy});
}

TEST_CASE("goals: looks where it is time to, and at the end once") {
  std::vector<double> const losses{3, 2, 1};
  listed const device{&losses};
  examples const held_out{};
  adapt::budget const limits{.loss = 0, .evaluate_every = 10};
  adapt::detail::goals goals(limits);
  adapt::outcome o;
  for (o.totals.iterations = 0; o.totals.iterations < 15; ++o.totals.iterations)
    CHECK_FALSE(goals.reached(device, held_out, o));
  CHECK(device.looks == 2);
  goals.conclude(device, held_out, o);
  CHECK(o.loss == 1);
  goals.conclude(device, held_out, o);
  CHECK(device.looks == 3);
}

}  // namespace adapt_goals_test
