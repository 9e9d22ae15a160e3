// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <halo/data/batches.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>

#include "../support/network.hpp"

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
  data::batches* from;
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
  CHECK(first.spent.iterations == 7);
  CHECK(first.spent.layers == 14);
  CHECK(first.accuracy == 0.0);
  CHECK(seen == 7);
  CHECK(adapt::run(a, stream, {.iterations = 3}).spent.iterations == 3);
  CHECK(a.spent().iterations == 10);
  CHECK(adapt::run(a, stream, {.iterations = 0}).spent.iterations == 0);
  CHECK(a.spent().iterations == 10);
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
  CHECK(o.spent.iterations == 6);
  CHECK(o.spent.operations == 6 * step);
  CHECK(adapt::run(a, stream, {.operations = 5 * step}).spent.iterations == 5);
}

TEST_CASE("run: time ends it") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  adapt::outcome const o = adapt::run(a, stream, {.seconds = 0.02});
  CHECK(o.reason == stop::time);
  CHECK(o.seconds >= 0.02);
  CHECK(o.spent.iterations > 0);
  adapt::outcome const none = adapt::run(a, stream, {.seconds = 0});
  CHECK(none.reason == stop::time);
  CHECK(none.spent.iterations == 0);
}

TEST_CASE("run: the target accuracy, looked at every so many iterations") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh(1e-1F);
  REQUIRE(a.accuracy(d.x, d.y) < 0.95);
  adapt::outcome const o = adapt::run(a, stream, {.iterations = 2000, .accuracy = 0.95}, d, 5);
  CHECK(o.reason == stop::accuracy);
  CHECK(o.accuracy >= 0.95);
  CHECK(o.accuracy == a.accuracy(d.x, d.y));
  CHECK(o.spent.iterations > 0);
  CHECK(o.spent.iterations % 5 == 0);
  adapt::outcome const again = adapt::run(a, stream, {.accuracy = 0.95}, d, 5);
  CHECK(again.reason == stop::accuracy);
  CHECK(again.spent.iterations == 0);
}

TEST_CASE("run: an accuracy that is not reached leaves the last one measured") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh(0.0F);
  adapt::outcome const o = adapt::run(a, stream, {.iterations = 10, .accuracy = 1.0}, d, 4);
  CHECK(o.reason == stop::iterations);
  CHECK(o.accuracy == a.accuracy(d.x, d.y));
}

TEST_CASE("run: so many steps in a row that are not finite end it") {
  data::dataset const d = clouds();
  data::batches stream(d, 16, seed{1});
  device a = fresh();
  poisoned bad{&stream, 4};
  adapt::outcome const o = adapt::run(a, bad, {.non_finite = 3});
  CHECK(o.reason == stop::non_finite);
  CHECK(o.spent.iterations == 7);
  CHECK(o.spent.non_finite == 3);
  for (float p : a.parameters()) CHECK(std::isfinite(p));
  poisoned now_and_then{&stream, 0, 2};  // never two in a row
  adapt::outcome const on = adapt::run(a, now_and_then, {.iterations = 20, .non_finite = 2});
  CHECK(on.reason == stop::iterations);
  CHECK(on.spent.non_finite == 10);
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
    data::batches* from;
    auto next() { return from->next(); }
  } stubborn{&stream};
  small b(optim::adam{}, seed{5});
  adapt::run(b, stubborn, {.iterations = 3},
             [](adapt::report const& r) { CHECK(r.examples == 16); });
  CHECK(fresh().wanted_batch() == 0);
}
