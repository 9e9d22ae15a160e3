// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/until.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/run.hpp>
#include <halo/data/batches.hpp>
#include <halo/measure.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_until_test {

using namespace halo;
using adapt::stop;

namespace {

using network = nn::sequential<nn::linear<2, 4>, nn::tanh, nn::linear<4, 2>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 16>;

/// Two clouds that a line separates but for some rows; class 1, where x0 > 0, is rare.
data::dataset clouds() {
  data::dataset d = data::make_dataset(64, 2, 2);
  std::vector<float> const x = support::draw<float>(128, 3);
  for (std::size_t i = 0; i < 64; ++i) {
    d.x(i, 0) = x[2 * i] + (i % 8 == 0 ? 2.0F : -2.0F);
    d.x(i, 1) = x[2 * i + 1];
    d.y(i) = i % 8 == 0 ? 1 : 0;
  }
  return d;
}
device fresh(float rate) { return device(optim::adam{{.rate = rate}}, seed{5}); }

}  // namespace

TEST_CASE("until: a run ends where any measure is as good as wanted") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh(3e-2F);
  using balanced = measure::balanced_accuracy<2>;
  adapt::outcome const o = adapt::run(a, stream, {.iterations = 3000, .evaluate_every = 5},
                                      adapt::until(d, balanced{}, 0.85));
  CHECK(o.reason == stop::measure);
  CHECK(text(o.reason) == std::string("target measure reached"));
  CHECK(o.measured >= 0.85);
  CHECK(o.totals.iterations > 0);
  CHECK(o.totals.iterations % 5 == 0);
  balanced m;
  adapt::evaluation const e = a.evaluate(d.x, d.y, m);
  CHECK(m.value() == o.measured);
  CHECK(e.accuracy == o.accuracy);
  CHECK(e.loss == o.loss);
  CHECK(m.count(0, 0) + m.count(0, 1) == 56);
}

TEST_CASE("until: an error is to fall, and other goals are looked at besides") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh(3e-2F);
  auto const error = adapt::until(d, measure::calibration_error<>{}, 0.05);
  adapt::outcome const o = adapt::run(a, stream, {.iterations = 3000, .evaluate_every = 10}, error);
  CHECK(o.reason == stop::measure);
  CHECK(o.measured <= 0.05);
  device b = fresh(3e-2F);
  auto const far = adapt::until(d, measure::roc_auc<>{}, 2.0);
  adapt::outcome const by_loss =
      adapt::run(b, stream, {.iterations = 3000, .loss = 0.3, .evaluate_every = 10}, far);
  CHECK(by_loss.reason == stop::loss);
  CHECK(by_loss.measured > 0.5);
  adapt::outcome const spent = adapt::run(b, stream, {.iterations = 3}, far);
  CHECK(spent.reason == stop::iterations);
}

TEST_CASE("until: a goal that is no number is refused, and examples that do not fit") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh(1e-2F);
  CHECK(support::message_of<error>([&] {
          adapt::run(a, stream, {.iterations = 3},
                     adapt::until(d, measure::accuracy{}, std::nan("")));
        }) == "run: until: expected a finite number, found nan");
  data::dataset bad = d;
  bad.y(3) = 2;
  adapt::outcome const o =
      adapt::try_run(a, stream, {.iterations = 3}, adapt::until(bad, measure::accuracy{}, 0.9));
  CHECK(o.reason == stop::refused);
  CHECK(o.refused.what == adapt::misfit::label);
  CHECK(std::isnan(o.measured));
}

TEST_CASE("until: evaluating by measures allocates nothing, and leaves them where it is refused") {
  data::dataset const d = clouds();
  device const a = fresh(1e-2F);
  measure::confusion<2> table;
  measure::roc_auc<> area;
  CHECK(support::allocations_of([&] { a.evaluate(d.x, d.y, table, area); }) == 0);
  CHECK(table.labelled(0) + table.labelled(1) == 64);
  CHECK(area.value() > 0);
  std::vector<std::int32_t> const bad(64, 7);
  CHECK(a.try_evaluate(d.x, bad, table).refused);
  CHECK(table.labelled(0) + table.labelled(1) == 64);
}

}  // namespace adapt_until_test
