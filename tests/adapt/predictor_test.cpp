// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/predictor.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/averaged.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_predictor_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<5, 30>, nn::batch_norm, nn::relu, nn::linear<30, 3>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::averaged<optim::adam>, 8>;

device learned() {
  device d({}, seed{3});
  for (std::uint64_t i = 0; i < 10; ++i)
    d.step(support::draw<float>(40, i), support::draw_labels(8, 3, i));
  return d;
}

}  // namespace

TEST_CASE("predictor: says what the device says, average and statistics included") {
  device const d = learned();
  std::vector<float> const x = support::draw<float>(21 * 5, 50);
  std::vector<std::int32_t> const t = support::draw_labels(21, 3, 51);
  adapt::predictor<network, device::max_batch> const p(d);
  std::vector<float> a(63), b(63);
  d.predict(x, a);
  p.predict(x, b);
  CHECK(a == b);
  CHECK(p.evaluate(x, t).loss == d.evaluate(x, t).loss);
  CHECK(p.accuracy(x, t) == d.accuracy(x, t));
  adapt::predictor<network, device::max_batch> const raw(d, adapt::weights::raw);
  d.predict(x, a, adapt::weights::raw);
  raw.predict(x, b);
  CHECK(a == b);

  adapt::predictor<network> const one(d);  // example by example: to rounding
  d.predict(x, a);
  one.predict(x, b);
  for (std::size_t i = 0; i < 63; ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-5));
}

TEST_CASE("predictor: sizeof is the parameters and a forward pass of its batch") {
  constexpr auto lines = [](std::size_t floats) { return (floats * 4 + 63) / 64 * 64; };
  static_assert(sizeof(adapt::predictor<network>) == lines(network::parameters) +
                                                         lines(network::statistics) +
                                                         lines(network::inference_arena_size(1)));
  static_assert(sizeof(adapt::predictor<network, 8>) ==
                lines(network::parameters) + lines(network::statistics) +
                    lines(network::inference_arena_size(8)));
  CHECK(sizeof(adapt::predictor<network>) < sizeof(device) / 4);  // kernels' room in both
}

}  // namespace adapt_predictor_test
