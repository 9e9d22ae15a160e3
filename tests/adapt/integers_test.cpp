// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/integers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>

#include "../support/network.hpp"

namespace adapt_integers_test {

using namespace halo;
using nn::quantised;
using support::draw;

namespace {

constexpr nn::quantisation channels{
    .weight_grid = nn::grid::symmetric, .weight_ranges = nn::per::channel, .newest_percent = 10};
using network =
    nn::sequential<shape<6, 6, 2>, nn::conv2d<8, 3>,
                   nn::residual<nn::batch_norm, nn::relu, quantised<nn::conv2d<8, 3>>,
                                nn::batch_norm, nn::relu, quantised<nn::conv2d<8, 3>, channels>>,
                   nn::residual<nn::projection<quantised<nn::conv2d<12, 1, 2>>>, nn::batch_norm,
                                nn::relu, quantised<nn::conv2d<12, 3, 2>>>,
                   nn::relu, nn::flatten, quantised<nn::linear<108, 3>, channels>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 16>;

/// Examples of three classes, each with a picture of its own under noise.
struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  examples(std::size_t rows, std::uint64_t stream)
      : x(draw<float>(rows * 72, stream)), t(support::draw_labels(rows, 3, stream)) {
    auto const pictures = draw<float>(3 * 72, 77);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += pictures[static_cast<std::size_t>(t[i / 72]) * 72 + i % 72];
  }
};

void walk(device& d, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t i = first; i < last; ++i) {
    examples const e(16, 1000 + i);
    CHECK(d.step(e.x, e.t).status == optim::status::done);
  }
}

std::vector<float> copy(std::span<float const> v) { return {v.begin(), v.end()}; }

}  // namespace

TEST_CASE("integers: what a device learned through quantisation it knows in integers" *
          doctest::test_suite("long")) {
  device d(optim::adam{0.01F}, seed{1});
  walk(d, 0, 60);
  examples const e(200, 5);
  auto const integers = adapt::to_integers<16>(d);
  auto const fake = d.evaluate(e.x, e.t), whole = integers.evaluate(e.x, e.t);
  CHECK(fake.accuracy > 0.9);
  CHECK(whole.accuracy == fake.accuracy);
  CHECK(whole.loss == doctest::Approx(fake.loss).epsilon(1e-3));

  std::vector<float> a(600), b(600);
  d.predict(e.x, a);
  integers.predict(e.x, b);
  std::size_t rounded = 0;  // all but those where rounding moved some input by one step
  double most = 0;
  for (std::size_t i = 0; i < 600; ++i) {
    double const off = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    rounded += off < 1e-5;
    most = std::max(most, off);
  }
  MESSAGE("outputs equal to rounding: " << rounded << " of 600, largest difference " << most);
  CHECK(rounded > 540);
  CHECK(most < 0.1);
  CHECK(std::isfinite(b[0]));
}

TEST_CASE("integers: memory is parameters, a byte a weight, and one forward pass") {
  using integers = decltype(adapt::to_integers(std::declval<device const&>()));
  static_assert(integers::parameter_bytes < network::parameters * sizeof(float));
  static_assert(integers::network::statistics + 10 ==
                network::statistics);  // ranges are in the weights
  constexpr std::size_t numbers = integers::parameter_bytes + 4 * integers::network::statistics;
  constexpr std::size_t pass = 4 * integers::network::inference_arena_size(1);
  CHECK(sizeof(integers) >= numbers + pass);
  CHECK(sizeof(integers) < numbers + pass + 2048);
  CHECK(sizeof(integers) < sizeof(device) / 8);
}

TEST_CASE("integers: any number at a time, from a predictor too") {
  device d(optim::adam{0.01F}, seed{1});
  walk(d, 0, 20);
  examples const e(50, 5);
  adapt::predictor<network> const floats(d);
  auto const one = adapt::to_integers(floats);
  auto const eight = adapt::to_integers<8>(d);
  std::vector<float> a(150), b(150);
  one.predict(e.x, a);
  eight.predict(e.x, b);
  for (std::size_t i = 0; i < 150; ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-5));
}

TEST_CASE("integers: a device that has not learned has no ranges yet") {
  device d(optim::adam{}, seed{1});
  std::string said;
  try {
    static_cast<void>(adapt::to_integers(d));
  } catch (error const& e) {
    said = e.what();
  }
  CHECK(said ==
        "integer: 1.2.weight: quantisation range of the inputs: expected low < high, both finite, "
        "found 0.000000 to 0.000000; no step in which the layer learned, and no "
        "estimate_statistics, met inputs other than 0");
}

TEST_CASE("integers: an infinite range ends a step and changes nothing") {
  device d(optim::adam{}, seed{1});
  walk(d, 0, 2);
  auto const theta = copy(d.parameters()), ranges = copy(d.statistics());
  for (float const bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    examples e(16, 3);
    e.x[700] = bad;
    CHECK(d.step(e.x, e.t).status == optim::status::non_finite);
    CHECK(copy(d.parameters()) == theta);
    CHECK(copy(d.statistics()) == ranges);
  }
}

TEST_CASE("integers: moving ranges are saved and resumed") {
  device a(optim::adam{}, seed{1}), b(optim::adam{}, seed{2});
  walk(a, 0, 3);
  auto const saved = adapt::write(a);
  walk(a, 3, 6);
  adapt::resume(saved.span(), b);
  walk(b, 3, 6);
  CHECK(copy(a.statistics()) == copy(b.statistics()));
  CHECK(copy(a.parameters()) == copy(b.parameters()));
}

}  // namespace adapt_integers_test
