// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/pool_training.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../support/rate_on_bowl.hpp"

namespace {

using namespace halo;

struct plain_rate : support::rate_program<0> {
  static constexpr learned::weight_table table{
      std::to_array<learned::weight_info>({{"rate", 1, 1, learned::constant(0.25)}})};
};
using place = meta::task_slot<plain_rate, support::bowl>;

/// A way that opens what it got.
struct way : meta::pool_training<plain_rate, double> {
  explicit way(pool_type pool)
      : pool_training(optimizer_type(seed{1}), {.most_loss = 3}, std::move(pool)) {}
  using pool_training::append_places, pool_training::in_bounds, pool_training::with_tasks;
};

way of_bowls(std::size_t n) {
  std::vector<std::unique_ptr<meta::slot<plain_rate, double>>> pool;
  for (std::size_t i = 0; i < n; ++i) pool.push_back(std::make_unique<place>(support::bowl(), 1));
  return way(std::move(pool));
}

}  // namespace

TEST_CASE("pool_training: begins with the weights of the optimizer it is given") {
  way const w = of_bowls(1);
  CHECK(w.updates() == 0);
  REQUIRE(w.weights().size() == 1);
  CHECK(w.weights()[0] == 0.25);
  CHECK(w.optimizer().values()[0] == 0.25);
  CHECK(w.options().most_loss == 3);
}

TEST_CASE(
    "pool_training: a window is in bounds if it is finite and its last loss is not too large") {
  way const w = of_bowls(1);
  CHECK(w.in_bounds({.last = 2.9}));
  CHECK_FALSE(w.in_bounds({.last = 3}));
  CHECK_FALSE(w.in_bounds({.last = std::numeric_limits<double>::quiet_NaN()}));
  CHECK_FALSE(w.in_bounds({.last = 1, .finite = false}));
}

TEST_CASE("pool_training: names its tasks, and their fields by place") {
  way w = of_bowls(2);
  CHECK(w.with_tasks("two") == "two; 1 parameters, 1 rows; 1 parameters, 1 rows");
  std::vector<meta::field> all;
  w.append_places(all);
  REQUIRE(all.size() % 2 == 0);
  CHECK(all.front().name.rfind("slot.0.", 0) == 0);
  CHECK(all.back().name.rfind("slot.1.", 0) == 0);
}
