// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/flash.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/adapt/predictor.hpp>
#include <halo/nn/integer_network.hpp>

#include "../golden/flash/bytes.hpp"
#include "../golden/flash/small.hpp"
#include "../support/flash.hpp"
#include "../support/network.hpp"

namespace adapt_flash_test {

using namespace halo;
using support::flash::byte_network, support::flash::network;

TEST_CASE("flash: a header's numbers answer as a predictor's own do, bit for bit") {
  adapt::flash_predictor<network, golden_flash, 4> const known;
  adapt::predictor<network, 4> const own(golden_flash::parameters, golden_flash::statistics);
  auto const x = support::draw<float>(6 * 2, 1);
  auto const labels = support::draw_labels(6, 2, 2);
  std::vector<float> a(12), b(12), h(18), k(18);
  known.predict(x, a);
  own.predict(x, b);
  CHECK(a == b);
  CHECK(known.evaluate(x, labels).loss == own.evaluate(x, labels).loss);
  known.features(x, h);
  own.features(x, k);
  CHECK(h == k);
  CHECK(sizeof(known) < sizeof(own));
  CHECK(sizeof(known) == sizeof(adapt::inference_workspace<network, 4>));
  static_assert(known.parameters().size() == network::parameters);
}

TEST_CASE("flash: bytes of integer layers, every pattern of them") {
  adapt::flash_predictor<byte_network, golden_flash_bytes> const known;
  adapt::predictor<byte_network> const own = support::flash::learned_bytes();
  auto const x = support::draw<float>(5 * 2, 3);
  std::vector<float> a(10), b(10);
  known.predict(x, a);
  own.predict(x, b);
  CHECK(a == b);
  CHECK(known.intact());
}

namespace {

struct worn_out : golden_flash {
  static constexpr auto parameters = [] {
    auto p = golden_flash::parameters;
    p[3] = -p[3];
    return p;
  }();
};

}  // namespace

TEST_CASE("flash: a checksum tells numbers that changed") {
  CHECK(adapt::flash_predictor<network, golden_flash>::intact());
  CHECK(!adapt::flash_predictor<network, worn_out>::intact());
  static_assert(adapt::flash_checksum({}, {}) == 0xCBF29CE484222325U);  // of nothing
}

}  // namespace adapt_flash_test
