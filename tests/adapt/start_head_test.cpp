// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/start_head.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/adapt/predictor.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/sgd.hpp>
#include <halo/tensor/view.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/device.hpp"
#include "../support/network.hpp"

namespace adapt_start_head_test {

using namespace halo;

namespace {

/// The covariance of 6 features fits on the stack.
using network =
    nn::sequential<nn::linear<5, 9>, nn::tanh, nn::linear<9, 6>, nn::tanh, nn::linear<6, 4>>;
/// That of 60 features lies in the arena, or in the gradient of the body.
using narrow = nn::sequential<nn::linear<2, 60>, nn::batch_norm, nn::tanh, nn::linear<60, 3>>;
using wide = nn::sequential<nn::linear<40, 60>, nn::tanh, nn::linear<60, 3>>;
/// Features are inputs.
using alone = nn::sequential<nn::linear<5, 4>>;

template <class Network, class Optimizer = optim::adam>
using device_of =
    adapt::adapter<Network, nn::cross_entropy, Optimizer, std::is_same_v<Network, narrow> ? 32 : 8>;

template <class Network>
using sums_of = adapt::discriminant<nn::head<Network>::features, nn::head<Network>::outputs>;

/// Rows of classes around corners of their own; the last class has none.
template <class Network>
struct rows_of {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  explicit rows_of(std::size_t n, std::uint64_t number = 1) : x(n * Network::inputs), y(n) {
    generator g(seed{number});
    for (float& v : x) v = g.uniform() - 0.5F;
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = static_cast<std::int32_t>(g.below(Network::outputs - 1));
      x[i * Network::inputs + static_cast<std::size_t>(y[i])] += 2;
    }
  }
};

/// A head that is computed in the adapter's own memory is the one of sums that were kept outside.
template <class Network>
void agrees(std::size_t rows) {
  CAPTURE(rows);
  rows_of<Network> const r(rows);
  auto const own = std::make_unique<device_of<Network>>(optim::adam{}, seed{2});
  auto const other = std::make_unique<device_of<Network>>(optim::adam{}, seed{2});
  auto const theta = support::draw<float>(Network::parameters, 8);
  auto statistics = support::draw<float>(Network::statistics, 9);  // of batch_norm
  for (float& x : statistics) x = std::abs(x) + 0.1F;
  own->assign(theta, statistics);
  other->assign(theta, statistics);
  rows_of<Network> const others(20, 7);
  own->start_head(others.x, others.y);  // places hold what was there
  auto const sums = std::make_unique<sums_of<Network>>();
  for (std::size_t i = 0; i < rows; ++i)  // one by one: by running statistics, not the rows' own
    other->count_in(std::span(r.x).subspan(i * Network::inputs, Network::inputs),
                    std::span(r.y).subspan(i, 1), *sums);
  CHECK(sums->rows() == rows);
  auto const same = [&] {
    for (std::size_t i = 0; i < Network::parameters; ++i) {
      double const a = static_cast<double>(own->parameters()[i]);
      double const b = static_cast<double>(other->parameters()[i]);
      if (!(std::abs(a - b) < 1e-4 * (1 + std::abs(b)))) return false;
    }
    return true;
  };
  for (adapt::discriminant_options const how :
       {adapt::discriminant_options{}, {.shrinkage = 2, .confidence = 1}}) {
    own->start_head(r.x, r.y, how);
    other->start_head(*sums, how);
    CHECK(same());
  }

  adapt::nearest_mean<nn::head<Network>::features, Network::outputs> means;
  other->count_in(r.x, r.y, means);
  own->start_head(r.x, r.y, adapt::imprinting{});
  other->start_head(means);
  CHECK(same());
}

}  // namespace

TEST_CASE("start_head: in the adapter's own memory as of sums outside, for any number of rows") {
  for (std::size_t const rows : {1U, 2U, 7U, 8U, 9U, 100U}) {
    agrees<network>(rows);
    agrees<narrow>(rows);
    agrees<wide>(rows);
    agrees<alone>(rows);
  }
}

TEST_CASE("start_head: tells classes apart without a step, and leaves the body alone") {
  rows_of<network> const few(30, 3), many(600, 4);
  device_of<network> d(optim::adam{}, seed{5});
  std::vector<float> const before(d.parameters().begin(), d.parameters().end());
  double const drawn = d.accuracy(many.x, many.y);
  d.start_head(few.x, few.y);
  double const computed = d.accuracy(many.x, many.y);
  CHECK(computed > 0.8);
  CHECK(computed > drawn + 0.3);
  d.start_head(few.x, few.y, adapt::imprinting{});
  CHECK(d.accuracy(many.x, many.y) > 0.7);
  for (std::size_t i = 0; i < nn::head<network>::weights; ++i)
    CHECK(d.parameters()[i] == before[i]);
  for (int i = 0; i < 200; ++i) d.step(std::span(many.x).first(40), std::span(many.y).first(8));
  CHECK(d.accuracy(std::span(many.x).first(40), std::span(many.y).first(8)) == 1);
}

TEST_CASE("start_head: rows without a label are left out, where the loss takes them") {
  rows_of<alone> some(12);
  auto const head_of = [](std::span<float const> x, std::span<std::int32_t const> y, auto how) {
    auto const d = std::make_unique<
        adapt::adapter<alone, nn::partly_labelled<nn::cross_entropy>, optim::sgd, 4>>();
    d->start_head(x, y, how);
    return std::vector<float>(d->parameters().begin(), d->parameters().end());
  };
  auto const check = [&](auto how) {
    rows_of<alone> all = some;
    std::vector<float> x;
    std::vector<std::int32_t> y;
    for (std::size_t i = 0; i < 12; ++i) {
      if (i % 3 == 1) {
        all.y[i] = nn::no_label;
        continue;
      }
      x.insert(x.end(), &all.x[5 * i], &all.x[5 * i] + 5);
      y.push_back(all.y[i]);
    }
    CHECK(head_of(all.x, all.y, how) == head_of(x, y, how));
  };
  check(adapt::discriminant_options{});
  check(adapt::imprinting{});
  std::vector<std::int32_t> const none(12, nn::no_label);
  CHECK(support::contains(
      support::message_of<error>([&] { head_of(some.x, none, adapt::imprinting{}); }),
      "rows with finite features"));
}

TEST_CASE("start_head: drawn is redraw_head, and what remembers the old head begins anew") {
  using averaging = device_of<network, optim::averaged<optim::adam>>;
  rows_of<network> const r(8);
  averaging a({}, seed{1}), b({}, seed{1});
  for (int i = 0; i < 5; ++i) a.step(r.x, r.y), b.step(r.x, r.y);
  a.start_head(r.x, r.y, adapt::drawn{seed{3}});
  b.redraw_head(seed{3});
  CHECK(support::bytes_of(a) == support::bytes_of(b));

  for (int i = 0; i < 5; ++i) a.step(r.x, r.y);
  a.set_guard({.factor = 50});
  a.start_head(r.x, r.y);
  auto const& adam = a.state().inner;
  for (std::size_t i = 0; i < network::parameters; ++i)
    CHECK((adam.m[i] == 0.0F) == (i >= nn::head<network>::weights));
  CHECK(adam.steps[0] == 10);
  CHECK(adam.steps[5] == 0);
  CHECK(a.state().average_steps == 0);
  CHECK(std::ranges::equal(a.parameters(adapt::weights::averaged), a.parameters()));
}

TEST_CASE("start_head: the optimizer is told that the head is new") {
  rows_of<network> const r(8);
  device_of<network> d;
  d.assign(support::draw<float>(network::parameters, 2));
  CHECK(d.drawn().empty());
  d.start_head(r.x, r.y);
  CHECK(d.drawn() == layer_mask::only(2));
}

TEST_CASE("start_head: pieces of rows are all rows, and a class may come later") {
  rows_of<network> const r(60, 6);
  device_of<network> whole({}, seed{1}), pieces({}, seed{1});
  sums_of<network> sums;
  whole.start_head(r.x, r.y);
  for (std::size_t at = 0; at < 60;) {
    std::size_t const n = std::min<std::size_t>(60 - at, 1 + at % 19);
    pieces.count_in(std::span(r.x).subspan(at * 5, n * 5), std::span(r.y).subspan(at, n), sums);
    at += n;
    pieces.start_head(sums);
  }
  CHECK(std::ranges::equal(whole.parameters(), pieces.parameters()));

  rows_of<network> late(20, 8);
  for (std::size_t i = 0; i < 20; ++i) late.x[5 * i] = -6, late.y[i] = 3;
  CHECK(pieces.accuracy(late.x, late.y) == 0);
  pieces.count_in(std::span(late.x).first(15), std::span(late.y).first(3), sums);
  pieces.start_head(sums);
  CHECK(pieces.accuracy(late.x, late.y) > 0.9);
  CHECK(pieces.accuracy(r.x, r.y) > 0.8);
}

TEST_CASE("start_head: what does not fit is refused before anything changes") {
  rows_of<network> const r(10);
  device_of<network> d({}, seed{1});
  d.step(std::span(r.x).first(40), std::span(r.y).first(8));
  auto const before = support::bytes_of(d);
  auto const message = [&](auto&&... a) {
    return support::message_of<halo::error>([&] { d.start_head(a...); });
  };
  std::vector<std::int32_t> labels = r.y;
  labels[3] = 4;
  CHECK(message(r.x, labels) == "start_head: label of example 3: expected 0 to 3, found 4");
  labels[3] = -1;
  CHECK(message(r.x, labels, adapt::imprinting{}) ==
        "start_head: label of example 3: expected 0 to 3, found -1");
  CHECK(message(r.x, labels, adapt::drawn{}) ==
        "start_head: label of example 3: expected 0 to 3, found -1");
  CHECK(message(r.x, std::span(r.y).first(9)) == "start_head: targets: expected 10, found 9");
  CHECK(message(std::span(r.x).first(7), r.y) ==
        "start_head: x: expected examples of 5 numbers, found 7 numbers");
  CHECK(message(std::vector<float>{}, std::vector<std::int32_t>{}) ==
        "start_head: x: expected at least one example of 5 numbers, found none, as of an empty "
        "buffer");
  std::vector<float> x = r.x;
  x[17] = std::numeric_limits<float>::quiet_NaN();
  CHECK(message(x, r.y) == "start_head: x: number 17: expected a finite number, found nan");
  CHECK(support::contains(message(r.x, r.y, adapt::imprinting{.confidence = 0}), "confidence"));
  CHECK(support::contains(message(r.x, r.y, adapt::discriminant_options{.shrinkage = -1}),
                          "shrinkage"));
  CHECK(d.try_start_head(r.x, r.y, adapt::imprinting{.confidence = 0}).what ==
        adapt::misfit::option);
  sums_of<network> sums;
  CHECK(message(sums) == "start_head: rows with finite features: expected 1, found 0");
  CHECK(d.try_start_head(sums, adapt::discriminant_options{.confidence = -1}).what ==
        adapt::misfit::option);
  auto const counted = [&](auto&&... a) {
    return support::message_of<halo::error>([&] { d.count_in(a..., sums); });
  };
  CHECK(counted(x, r.y) == "count_in: x: number 17: expected a finite number, found nan");
  CHECK(counted(r.x, labels) == "count_in: label of example 3: expected 0 to 3, found -1");
  CHECK(sums.rows() == 0);
  CHECK(support::bytes_of(d) == before);
}

TEST_CASE(
    "start_head: rows whose features are not finite are left out, and nothing but these "
    "make no head") {
  rows_of<alone> r(10);
  device_of<alone> d({}, seed{1}), without({}, seed{1});
  std::vector<float> const x(r.x.begin() + 5, r.x.end());
  without.start_head(x, std::span(r.y).last(9));
  r.x[2] = 1e30F;
  d.start_head(r.x, r.y);
  CHECK(std::ranges::equal(d.parameters(), without.parameters()));
  CHECK(d.try_start_head(std::span(r.x).first(5), std::span(r.y).first(1)).what ==
        adapt::misfit::count);
  CHECK(std::ranges::equal(d.parameters(), without.parameters()));
}

namespace {

/// Two labels an example.
struct pairs : nn::cross_entropy {
  static constexpr std::size_t targets(std::size_t) noexcept { return 2; }
};

}  // namespace

TEST_CASE("start_head: an example with two labels is of no class") {
  adapt::adapter<alone, pairs, optim::sgd, 8> d;
  CHECK(d.try_start_head(std::vector<float>(10), std::vector<std::int32_t>(4)).what ==
        adapt::misfit::count);
}

TEST_CASE("start_head: nothing is allocated, and tensors are what spans are") {
  rows_of<network> const r(20);
  auto const d = std::make_unique<device_of<network>>(optim::adam{}, seed{1});
  auto const sums = std::make_unique<sums_of<network>>();
  std::vector<float> h(20 * 6);
  if (support::allocations_are_counted()) {
    std::size_t const count = support::allocations_of([&] {
      d->start_head(r.x, r.y);
      d->start_head(r.x, r.y, adapt::imprinting{});
      d->count_in(r.x, r.y, *sums);
      d->start_head(*sums);
      d->features(r.x, h);
    });
    CHECK(count == 0);
  }
  device_of<network> of_tensor({}, seed{1});
  of_tensor.start_head(tensor::view(r.x.data(), std::array<std::size_t, 2>{20, 5}),
                       tensor::view(r.y.data(), std::array<std::size_t, 1>{20}));
  d->start_head(r.x, r.y);
  CHECK(std::ranges::equal(d->parameters(), of_tensor.parameters()));
}

TEST_CASE("start_head: sums are saved with a run, and go on where they stood") {
  rows_of<network> const first(11, 1), second(9, 2);
  device_of<network> d({}, seed{1}), again({}, seed{1});
  sums_of<network> sums, resumed;
  adapt::nearest_mean<6, 4> means, others;
  d.count_in(first.x, first.y, sums);
  d.count_in(first.x, first.y, means);
  auto const bytes = adapt::write(d, sums, means);
  adapt::resume(bytes.span(), again, resumed, others);
  d.count_in(second.x, second.y, sums);
  again.count_in(second.x, second.y, resumed);
  d.count_in(second.x, second.y, means);
  again.count_in(second.x, second.y, others);
  CHECK(support::bytes_of(sums) == support::bytes_of(resumed));
  CHECK(support::bytes_of(means) == support::bytes_of(others));
  adapt::nearest_mean<6, 5> wider;
  CHECK_THROWS_AS(adapt::resume(bytes.span(), again, resumed, wider), halo::error);
}

TEST_CASE("start_head: a predictor learns classes by their means, more than it has outputs") {
  rows_of<network> const r(60, 9);
  device_of<network> const d({}, seed{1});
  adapt::predictor<network> const p(d);
  adapt::nearest_mean<6, 9> classes;
  p.count_in(r.x, r.y, classes);
  std::vector<std::int32_t> const eighth(1, 8);
  std::vector<float> const far(5, -9.0F);
  p.count_in(far, eighth, classes);
  std::vector<float> h(60 * 6);
  p.features(r.x, h);
  std::size_t right = 0;
  for (std::size_t i = 0; i < 60; ++i)
    right += classes.nearest(h.data() + 6 * i) == static_cast<std::size_t>(r.y[i]) ? 1U : 0U;
  CHECK(right > 40);
  p.features(far, std::span(h).first(6));
  CHECK(classes.nearest(h.data()) == 8);
  CHECK(p.try_features(far, std::span(h).first(7)).what == adapt::misfit::count);
}

}  // namespace adapt_start_head_test
