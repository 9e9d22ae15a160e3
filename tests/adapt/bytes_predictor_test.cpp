// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/bytes_predictor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

#include <halo/adapt/predictor.hpp>

#include "../golden/flash/packed.hpp"
#include "../support/flash.hpp"
#include "../support/network.hpp"

namespace adapt_bytes_predictor_test {

using namespace halo;
using support::flash::network;
using device = adapt::bytes_predictor<network, golden_flash_packed, 4>;

namespace {

std::array<float, network::parameters> unpacked() {
  std::array<float, network::parameters> theta{};
  REQUIRE(adapt::unpack<network, golden_flash_packed>(theta));
  return theta;
}
struct worn_out : golden_flash_packed {
  static constexpr auto bytes = [] {
    auto b = golden_flash_packed::bytes;
    b[3] ^= 4;
    return b;
  }();
};

}  // namespace

TEST_CASE("bytes_predictor: answers are those of unpacked numbers, bit for bit") {
  adapt::predictor<network, 4> const floats(unpacked(), golden_flash_packed::statistics);
  device const bytes;
  std::vector<float> const x = support::draw<float>(2 * 11, 1);  // 11 rows, in parts of 4
  std::vector<std::int32_t> const t = support::draw_labels(11, 2, 2);
  std::vector<float> y(2 * 11), expected(2 * 11), h(3 * 11), features(3 * 11);
  REQUIRE_FALSE(bytes.try_predict(x, y));
  floats.predict(x, expected);
  CHECK(y == expected);
  REQUIRE_FALSE(bytes.try_features(x, h));
  floats.features(x, features);
  CHECK(h == features);
  auto const e = bytes.try_evaluate(x, t);
  CHECK(e.loss == floats.evaluate(x, t).loss);
  CHECK(e.accuracy == floats.evaluate(x, t).accuracy);
}

TEST_CASE("bytes_predictor: the head as floats, the last numbers of all") {
  auto const theta = unpacked();
  std::array<float, 3 * 2 + 2> head{};
  device{}.unpack_head(head);
  CHECK(std::vector<float>(head.begin(), head.end()) ==
        std::vector<float>(theta.end() - 8, theta.end()));
}

TEST_CASE("bytes_predictor: what does not fit is said, flash that changed is told") {
  device const bytes;
  std::vector<float> y(2);
  CHECK(bytes.try_predict(std::vector<float>(3), y).what == adapt::misfit::example_size);
  CHECK(bytes.try_predict(std::vector<float>(4), y).what == adapt::misfit::count);
  CHECK(bytes.try_features(std::vector<float>(2), y).what == adapt::misfit::count);
  CHECK(bytes.try_evaluate(std::vector<float>(2), std::vector<std::int32_t>{2}).refused.what ==
        adapt::misfit::label);
  CHECK(device::intact());
  CHECK_FALSE(adapt::bytes_predictor<network, worn_out>::intact());
}

}  // namespace adapt_bytes_predictor_test
