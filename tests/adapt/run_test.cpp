// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/data/batches.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_run_test {

using namespace halo;
using adapt::stop;

namespace {

using network = nn::sequential<nn::linear<2, 4>, nn::tanh, nn::linear<4, 2>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 16>;

// Two clouds that a line separates: class 1 where x0 > 0.
data::dataset clouds() {
  data::dataset d = data::make_dataset(64, 2, 2);
  std::vector<float> const x = support::draw<float>(128, 3);
  for (std::size_t i = 0; i < 64; ++i) {
    d.x(i, 0) = x[2 * i] + (i % 2 == 0 ? -3.0F : 3.0F);
    d.x(i, 1) = x[2 * i + 1];
    d.y(i) = i % 2 == 0 ? 0 : 1;
  }
  return d;
}

device fresh(float rate = 1e-2F) { return device(optim::adam{{.rate = rate}}, seed{5}); }

// Batches of which every one from number `good` on is poisoned.
struct poisoned {
  data::batches<>* from;
  std::uint64_t good;
  std::uint64_t period = 1;
  std::uint64_t count = 0;
  std::vector<float> x = {};
  auto next() {
    auto b = from->next();
    x.assign(b.x.data(), b.x.data() + b.x.size());
    if (count >= good && (count - good) % period == 0) {
      x[1] = std::numeric_limits<float>::quiet_NaN();
    }
    ++count;
    b.x = tensor::view(static_cast<float const*>(x.data()), b.x.shape());
    return b;
  }
};

}  // namespace

TEST_CASE("run: so many iterations, no more, counted from where the device stands") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  std::uint64_t seen = 0;
  auto const count = [&](adapt::report const& r) { seen += r.finite() ? 1U : 0U; };
  adapt::outcome const first = adapt::run(a, stream, {.iterations = 7}, count);
  CHECK(first.reason == stop::iterations);
  CHECK(first.totals.iterations == 7);
  CHECK(first.totals.layers == 14);
  CHECK(std::isnan(first.accuracy));
  CHECK(std::isnan(first.loss));
  CHECK(seen == 7);
  CHECK(adapt::run(a, stream, {.iterations = 3}).totals.iterations == 3);
  CHECK(a.totals().iterations == 10);
  CHECK(adapt::run(a, stream, {.iterations = 0}).totals.iterations == 0);
  CHECK(a.totals().iterations == 10);
}

TEST_CASE("run: is a loop of steps") {
  data::dataset const d = clouds();
  data::batches one(d, 16, seed{1});
  data::batches two(d, 16, seed{1});
  device a = fresh();
  device b = fresh();
  adapt::run(a, one, {.iterations = 9});
  for (int i = 0; i < 9; ++i) {
    auto const [x, y] = two.next();
    b.step(x, y);
  }
  CHECK(std::ranges::equal(a.parameters(), b.parameters()));
}

TEST_CASE("run: the first step that passes the number of operations is the last") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  std::uint64_t const step = network::operations(layer_mask::all(), 16) +
                             network::parameters * optim::adam::operations_per_parameter;
  adapt::outcome const o = adapt::run(a, stream, {.operations = 5 * step + 1});
  CHECK(o.reason == stop::operations);
  CHECK(o.totals.iterations == 6);
  CHECK(o.totals.operations == 6 * step);
  CHECK(adapt::run(a, stream, {.operations = 5 * step}).totals.iterations == 5);
}

TEST_CASE("run: time ends it") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  adapt::outcome const o = adapt::run(a, stream, {.seconds = 0.02});
  CHECK(o.reason == stop::time);
  CHECK(o.seconds >= 0.02);
  CHECK(o.totals.iterations > 0);
  adapt::outcome const none = adapt::run(a, stream, {.seconds = 0});
  CHECK(none.reason == stop::time);
  CHECK(none.totals.iterations == 0);
}

double ticks() {  // half a second at each look
  static double now = 0;
  return now += 0.5;
}

TEST_CASE("run: time by the program's own clock, the same number of steps each time") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  for (int i = 0; i < 2; ++i) {
    adapt::outcome const o = adapt::run(a, stream, {.seconds = 3, .clock = ticks});
    CHECK(o.reason == stop::time);
    CHECK(o.totals.iterations == 5);
  }
  CHECK(adapt::budget{.seconds = 3, .clock = ticks}.has_clock());
  CHECK(adapt::budget{}.has_clock());
}

TEST_CASE("run: the target accuracy, looked at every so many iterations") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh(1e-1F);
  REQUIRE(a.accuracy(d.x, d.y) < 0.95);
  adapt::outcome const o =
      adapt::run(a, stream, {.iterations = 2000, .accuracy = 0.95, .evaluate_every = 5}, d);
  CHECK(o.reason == stop::accuracy);
  CHECK(o.accuracy >= 0.95);
  CHECK(o.accuracy == a.accuracy(d.x, d.y));
  CHECK(o.totals.iterations > 0);
  CHECK(o.totals.iterations % 5 == 0);
  adapt::outcome const again = adapt::run(a, stream, {.accuracy = 0.95, .evaluate_every = 5}, d);
  CHECK(again.reason == stop::accuracy);
  CHECK(again.totals.iterations == 0);
}

TEST_CASE("run: an accuracy that is not reached leaves the last one measured") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh(1e-30F);
  adapt::outcome const o =
      adapt::run(a, stream, {.iterations = 10, .accuracy = 1.0, .evaluate_every = 4}, d);
  CHECK(o.reason == stop::iterations);
  CHECK(o.accuracy == a.accuracy(d.x, d.y));
}

TEST_CASE("run: a loss to reach, for losses without an accuracy too") {
  using regression =
      adapt::adapter<nn::sequential<nn::linear<2, 1>>, nn::mean_square, optim::sgd, 16>;
  struct line {
    std::vector<float> x = support::draw<float>(128, 3), y = {};
    std::size_t at = 0;
    line() {
      for (std::size_t i = 0; i < 64; ++i) y.push_back(2 * x[2 * i] - x[2 * i + 1] + 1);
    }
    struct batch {
      std::span<float const> x, y;
    };
    batch next() {
      std::size_t const k = at++ % 4;
      return {std::span(x).subspan(32 * k, 32), std::span(y).subspan(16 * k, 16)};
    }
  } stream;
  regression a(optim::sgd{{.rate = 0.1F}});
  line const held_out;
  adapt::outcome const o =
      adapt::run(a, stream, {.iterations = 2000, .loss = 1e-3, .evaluate_every = 10}, held_out);
  CHECK(o.reason == stop::loss);
  CHECK(o.loss <= 1e-3);
  CHECK(o.loss == a.evaluate(held_out.x, held_out.y).loss);
  CHECK(std::isnan(o.accuracy));
  CHECK(o.totals.iterations > 0);
  CHECK(support::message_of<error>([&] { adapt::run(a, stream, {.accuracy = 0.9}, held_out); }) ==
        "budget: accuracy: expected a loss whose answers are right or wrong, found mean "
        "square; budget.loss is a goal for any");
  adapt::outcome const no = adapt::try_run(a, stream, {.accuracy = 0.9}, held_out);
  CHECK(no.reason == stop::refused);
  CHECK(no.refused.what == adapt::misfit::no_accuracy);
  CHECK(no.totals.iterations == 0);
}

TEST_CASE("run: patience ends it once the held-out loss stops falling") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device still = fresh(1e-30F);  // learns nothing: the first evaluation is the best one
  adapt::outcome const o =
      adapt::run(still, stream, {.iterations = 1000, .patience = 3, .evaluate_every = 10}, d);
  CHECK(o.reason == stop::patience);
  CHECK(o.totals.iterations == 30);
  CHECK(o.loss == still.evaluate(d.x, d.y).loss);
  device learns = fresh(1e-3F);
  adapt::outcome const on =
      adapt::run(learns, stream, {.iterations = 200, .patience = 1, .evaluate_every = 20}, d);
  CHECK(on.reason == stop::iterations);
  CHECK(on.accuracy == learns.accuracy(d.x, d.y));
}

TEST_CASE("run: an observer that says false ends it") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  std::uint64_t seen = 0;
  adapt::outcome const o =
      adapt::run(a, stream, {.iterations = 100}, [&](adapt::report const&) { return ++seen < 7; });
  CHECK(o.reason == stop::observer);
  CHECK(o.totals.iterations == 7);
  CHECK(seen == 7);
  adapt::outcome const counts =  // not a yes or no
      adapt::run(a, stream, {.iterations = 3}, [&](adapt::report const&) { return seen = 0; });
  CHECK(counts.totals.iterations == 3);
}

TEST_CASE("run: goals that nobody can look at and budgets out of their ranges are refused") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  auto const says = [&](adapt::budget const& b) {
    adapt::outcome const o = adapt::try_run(a, stream, b, d);
    CHECK(o.reason == stop::refused);
    CHECK(o.refused.what == adapt::misfit::option);
    return support::message_of<error>([&] { adapt::run(a, stream, b, d); });
  };
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(says({.seconds = -1}) ==
        "budget: seconds: expected a number (or infinity) of at least 0, found -1");
  CHECK(support::contains(says({.seconds = nan}), "budget: seconds: "));
  CHECK(says({.accuracy = -1.0}) == "budget: accuracy: expected a number from 0 to 1, found -1");
  CHECK(support::contains(says({.accuracy = 1.5}), "budget: accuracy: "));
  CHECK(support::contains(says({.accuracy = nan}), "budget: accuracy: "));
  CHECK(support::contains(says({.loss = nan}), "budget: loss: "));
  CHECK(support::contains(says({.patience = 0}), "budget: patience: "));
  CHECK(support::contains(says({.evaluate_every = 0}), "budget: evaluate_every: "));
  CHECK(support::contains(says({.non_finite = 0}), "budget: non_finite: "));
  for (adapt::budget const& b : {adapt::budget{.accuracy = 0.9}, {.loss = 0.1}, {.patience = 2}}) {
    CHECK(support::message_of<error>([&] { adapt::run(a, stream, b); }) ==
          "budget: accuracy, loss or patience: expected held-out examples, found a run without "
          "any");
  }
  CHECK(a.totals().iterations == 0);
}

TEST_CASE("run: what does not fit ends it, thrown or said") {
  data::dataset d = clouds(), wrong = clouds();
  wrong.y(60) = 2;
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  CHECK(support::message_of<error>([&] { adapt::run(a, stream, {.accuracy = 1.0}, wrong); }) ==
        "run: label of example 60: expected 0 to 1, found 2");
  struct {
    std::vector<float> x = std::vector<float>(32);
    std::vector<std::int32_t> y = std::vector<std::int32_t>(16);
    std::uint64_t count = 0;
    auto next() {
      if (++count == 3) y[4] = -1;
      return std::pair(std::span<float const>(x), std::span<std::int32_t const>(y));
    }
  } bad;
  adapt::outcome const o = adapt::try_run(a, bad, {.iterations = 10}, adapt::no_examples{});
  CHECK(o.reason == stop::refused);
  CHECK(o.refused.what == adapt::misfit::label);
  CHECK(o.refused.at == 4);
  CHECK(o.totals.iterations == 2);
}

TEST_CASE("run: so many steps in a row that are not finite end it") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  poisoned bad{&stream, 4};
  adapt::outcome const o = adapt::run(a, bad, {.non_finite = 3});
  CHECK(o.reason == stop::non_finite);
  CHECK(o.totals.iterations == 7);
  CHECK(o.totals.non_finite == 3);
  for (float p : a.parameters()) CHECK(std::isfinite(p));
  poisoned now_and_then{&stream, 0, 2};  // never two in a row
  adapt::outcome const on = adapt::run(a, now_and_then, {.iterations = 20, .non_finite = 2});
  CHECK(on.reason == stop::iterations);
  CHECK(on.totals.non_finite == 10);
}

TEST_CASE("run: one that nothing could end is refused") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  CHECK(support::message_of<error>([&] { adapt::run(a, stream, {}); }) ==
        "budget: iterations, operations, seconds, joules: expected one of them or a goal, else an "
        "observer that returns false, found none: the run would not end");
  CHECK(support::message_of<error>([&] { adapt::run(a, stream, {}, d); }) != "");
  CHECK(support::message_of<error>(
            [&] { adapt::run(a, stream, {}, [](adapt::report const&) {}); }) != "");
  adapt::outcome const o = adapt::try_run(a, stream, {.begun = 3}, adapt::no_examples{});
  CHECK(o.reason == stop::refused);
  CHECK(to_string(o.refused) == "limits of the budget: expected 1, found 0");
  CHECK(a.totals().iterations == 0);
  int steps = 0;  // who looks may end it, and so may a goal
  auto const three = [&](adapt::report const&) { return ++steps < 3; };
  CHECK(adapt::run(a, stream, {}, three).reason == stop::observer);
  CHECK(adapt::run(a, stream, {}, adapt::until(d, measure::accuracy{}, 0)).reason == stop::measure);
}

TEST_CASE("run: one in which nothing learns ends, though its steps cost nothing") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  a.freeze(layer_mask::all());
  adapt::outcome const o = adapt::try_run(a, stream, {.operations = 1000}, adapt::no_examples{});
  CHECK(o.reason == stop::refused);
  CHECK(o.totals.iterations == o.totals.empty);
  CHECK(support::message_of<error>([&] { adapt::run(a, stream, {.operations = 1000}); }) ==
        "run: layers that learn: expected 1, found 0");
  CHECK(adapt::run(a, stream, {.iterations = 70000}).reason == stop::iterations);
  std::uint64_t ticks = 0;  // a layer that learns now and then is enough
  a.freeze({});
  adapt::outcome const seldom = adapt::try_run(
      a, stream,
      {.operations =
           3 * adapt::operations<network, optim::adam>({.layers = layer_mask::only(1)}, 16)},
      adapt::no_examples{},
      [&](adapt::report const&) { a.freeze(layer_mask(++ticks % 40000 == 0 ? 1U : 3U)); });
  CHECK(seldom.reason == stop::operations);
}

TEST_CASE("run: the policy says how many examples it wants, as far as batch and stream allow") {
  data::dataset const d = clouds();
  using small = adapt::adapter<network, nn::cross_entropy, optim::adam, 16, optim::gated<>>;
  small a(optim::adam{{.rate = 1e-1F}}, seed{5},
          {.inner = {.rows = 4, .plateau = 0.5}, .hardest = 4});
  data::batches stream(d, 16, seed{1});
  CHECK(a.wanted_batch() == 4);
  std::vector<std::size_t> hard;
  adapt::run(a, stream, {.iterations = 800},
             [&](adapt::report const& r) { hard.push_back(r.examples); });
  CHECK(a.wanted_batch() == 16);  // 32 of which 4: 16 of which 2
  CHECK(std::ranges::count(hard, 4U) >= 20);
  CHECK(std::ranges::count(hard, 2U) >= 100);

  struct fixed {  // a stream with a mind of its own
    data::batches<>* from;
    auto next() { return from->next(); }
  } stubborn{&stream};
  small b(optim::adam{}, seed{5});
  adapt::run(b, stubborn, {.iterations = 3},
             [](adapt::report const& r) { CHECK(r.examples == 16); });
  CHECK(fresh().wanted_batch() == 0);
}

TEST_CASE("run: an outcome tells the held-out loss without a goal, and the last step") {
  data::dataset const d = clouds(), held_out = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  adapt::report last;
  auto const o =
      adapt::run(a, stream, {.iterations = 7}, held_out, [&](adapt::report const& r) { last = r; });
  CHECK(o.loss == a.evaluate(held_out.x, held_out.y).loss);
  CHECK(o.accuracy == a.accuracy(held_out.x, held_out.y));
  CHECK(o.last.loss == last.loss);
  data::dataset wrong = clouds();
  wrong.y(3) = 2;
  CHECK(adapt::try_run(a, stream, {.iterations = 7}, wrong).reason == stop::refused);
  CHECK(a.totals().iterations == 7);  // held-out examples are looked at first
}

}  // namespace adapt_run_test
