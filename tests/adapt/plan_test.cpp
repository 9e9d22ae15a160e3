// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/plan.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/run.hpp>
#include <halo/data/balanced_batches.hpp>
#include <halo/data/batches.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/schedule.hpp>

#include "../support/listener.hpp"
#include "../support/unrecorded.hpp"

namespace adapt_plan_test {

using namespace halo;
using adapt::horizon_of;
using support::listener;

namespace {

using network = nn::sequential<nn::linear<2, 3>, nn::tanh, nn::linear<3, 2>>;

using device = adapt::adapter<network, nn::cross_entropy, listener, 4>;

struct ten_rows {
  std::vector<float> x = std::vector<float>(8, 1.0F);
  std::vector<std::int32_t> y = std::vector<std::int32_t>(4, 1);
  struct batch {
    std::span<float const> x;
    std::span<std::int32_t const> y;
  };
  batch next() { return {x, y}; }
  [[nodiscard]] std::size_t rows() const { return 10; }
};

}  // namespace

TEST_CASE("plan: a budget becomes steps, whatever it is counted in") {
  adapt::totals none, some;
  some.iterations = 10;
  some.operations = 5000;
  CHECK(horizon_of({}, none, 0, 100) == 0);
  CHECK(horizon_of({.iterations = 300}, none, 0, 100) == 300);
  CHECK(horizon_of({.operations = 10000}, none, 0, 100) == 100);
  CHECK(horizon_of({.operations = 10000}, some, 0, 100) == 20);
  CHECK(horizon_of({.seconds = 2}, none, 0, 100) == 0);
  CHECK(horizon_of({.seconds = 2}, some, 0.5, 100) == 40);
  CHECK(horizon_of({.iterations = 15, .operations = 10000, .seconds = 2}, some, 0.5, 100) == 15);
  CHECK(horizon_of({.operations = 1}, some, 0, 100) == 1);
  CHECK(horizon_of({.joules = 2}, none, 0, 100, 0) == 0);
  CHECK(horizon_of({.joules = 2}, some, 0, 100, 0.5) == 40);
  // a run that goes on: what is left of it comes behind what is over
  CHECK(horizon_of({.begun = 50, .operations = 10000}, none, 0, 100) == 150);
  CHECK(horizon_of({.begun = 50, .operations = 10000}, some, 0, 100) == 70);
  CHECK(horizon_of({.begun = 50, .seconds = 2}, some, 0.5, 100) == 90);
  CHECK(horizon_of({.begun = 50, .joules = 2}, some, 0, 100, 0.5) == 90);
  CHECK(horizon_of({.iterations = 60, .begun = 50, .operations = 10000}, none, 0, 100) == 60);
  CHECK(horizon_of({.begun = 50, .seconds = 2}, none, 0, 100) == 0);
  CHECK(support::unrecorded_bytes(adapt::plan{}) == 0);
}

TEST_CASE("plan: run tells the optimizer of budget, stream, start and loss by itself") {
  listener::heard.clear();
  device d(listener{}, seed{1});
  ten_rows stream;
  adapt::run(d, stream, {.iterations = 3});
  REQUIRE(listener::heard.size() == 3);
  for (std::uint64_t t = 0; t < 3; ++t) {
    CHECK(listener::heard[t].horizon == 3);
    CHECK(listener::heard[t].elapsed == t);
    CHECK(listener::heard[t].rows == 10);
    CHECK(listener::heard[t].baseline == doctest::Approx(std::log(2.0)));
    CHECK(listener::heard[t].anew == layer_mask::all(2));
  }
  d.step(stream.x, stream.y);  // by hand, behind the end
  CHECK(listener::heard.back().elapsed >= listener::heard.back().horizon);

  std::vector<float> const theta(network::parameters, 0.5F);
  d.assign(theta);
  d.redraw_head(seed{2});
  d.set_training_rows(7);
  adapt::run(d, stream, {.iterations = 5, .begun = 3});
  REQUIRE(listener::heard.size() == 6);
  CHECK(listener::heard[4].horizon == 5);
  CHECK(listener::heard[4].elapsed == 3);
  CHECK(listener::heard[5].elapsed == 4);
  CHECK(listener::heard[4].rows == 7);
  CHECK(listener::heard[4].anew == layer_mask::only(1));

  adapt::run(
      d, stream,
      {.operations = 4 * adapt::operations<network, listener>({.layers = layer_mask::all(2)}, 4)});
  CHECK(listener::heard[6].horizon == 4);
  CHECK(listener::heard.size() == 10);
}

TEST_CASE("plan: steps by hand count on") {
  listener::heard.clear();
  device d(listener{}, seed{1});
  ten_rows stream;
  d.step(stream.x, stream.y);
  CHECK(listener::heard[0].horizon == 0);
  d.set_plan({.horizon = 20});
  d.step(stream.x, stream.y);
  d.step(stream.x, stream.y);
  CHECK(listener::heard[1].elapsed == 0);
  CHECK(listener::heard[2].elapsed == 1);
  CHECK(d.plan().elapsed == 2);
}

TEST_CASE("plan: the streams of data say how many rows they draw from, also when it changes") {
  listener::heard.clear();
  device d(listener{}, seed{1});
  auto const of_zeros = [](std::size_t rows) {
    data::dataset made = data::make_dataset(rows, 2, 2);
    made.x.fill(0);
    made.y.fill(0);
    return made;
  };
  data::dataset set = of_zeros(11);
  data::batches epochs(set, 4, seed{1});
  data::balanced_batches alike(set, 4, seed{1});
  adapt::run(d, epochs, {.iterations = 2});
  adapt::run(d, alike, {.iterations = 1});
  set = of_zeros(23);
  adapt::run(d, epochs, {.iterations = 1});
  adapt::run(d, alike, {.iterations = 1});
  ten_rows unnumbered;
  struct {
    ten_rows* from;
    auto next() { return from->next(); }
  } silent{&unnumbered};
  adapt::run(d, silent, {.iterations = 1});  // unknown again
  std::vector<std::uint64_t> rows;
  for (auto const& c : listener::heard) rows.push_back(c.rows);
  CHECK(rows == std::vector<std::uint64_t>{11, 11, 11, 23, 23, 0});

  data::regression const numbers = data::make_regression(5, 2, 1);
  CHECK(data::batches(numbers, 4, seed{1}).rows() == 5);
}

TEST_CASE("plan: the optimizer is told whether targets are labels, which is what decay is for") {
  listener::heard.clear();
  device d(listener{}, seed{1});
  adapt::adapter<network, nn::mean_square, listener, 4> numbers(listener{}, seed{1});
  std::vector<float> const x(8, 1.0F);
  d.step(x, std::vector<std::int32_t>(4, 1));
  numbers.step(x, x);
  CHECK(listener::heard[0].labels);
  CHECK_FALSE(listener::heard[1].labels);
}

TEST_CASE("plan: a schedule by the horizon falls to the end of whatever budget there is") {
  listener::heard.clear();
  using scheduled = optim::scheduled<listener, optim::by_horizon>;
  adapt::adapter<network, nn::cross_entropy, scheduled, 4> d(scheduled{}, seed{1});
  ten_rows stream;
  adapt::run(d, stream, {.iterations = 40});
  REQUIRE(listener::heard.size() == 40);
  for (std::uint64_t t = 0; t < 40; ++t) {
    double const over = static_cast<double>(t) / 40;
    CHECK(listener::heard[t].rate ==
          doctest::Approx(std::min(1.0, static_cast<double>(t + 1) / 4) * (1 - over)));
  }
  d.step(stream.x, stream.y);  // by hand, behind the end
  CHECK(listener::heard.back().rate == 1);
}

}  // namespace adapt_plan_test
