// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/pool_training.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <halo/io/identity.hpp>
#include <halo/meta/trainer.hpp>

#include "../support/data.hpp"
#include "../support/rate_on_bowl.hpp"

namespace meta_pool_training_test {

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
  using pool_training::in_bounds;
  static void record(auto& self, auto&& f) { record_pool(self, f); }
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

TEST_CASE("pool_training: its identity has program, training and tasks, its state their runs") {
  way w = of_bowls(2);
  std::string const identity = io::identity_of(w);
  for (char const* line : {"program.name = ", "training.most_loss = 3\n", "places = 2\n",
                           "slot.0.parameters = 1\n", "slot.1.rows = 1\n"}) {
    CAPTURE(line);
    CHECK(identity.find(line) != std::string::npos);
  }
  std::set<std::string> names;
  walk(w, [&](field_path const& path, auto const& field) {
    if (field.is_state()) CHECK(names.insert(io::to_string(path)).second);
  });
  for (char const* name : {"update", "meta.weights", "meta.adam.m", "slot.0.theta", "slot.1.seed"})
    CHECK(names.count(name) == 1);
}

TEST_CASE("pool_training: refuses options out of their ranges") {
  auto const message = support::message_of<error>([] {
    meta::trainer<plain_rate, double> const t(learned::optimizer<plain_rate, double>(seed{1}),
                                              {.rate = -1}, {});
  });
  CHECK(message == "training: rate: expected a number of at least 0, found -1");
}

}  // namespace meta_pool_training_test
