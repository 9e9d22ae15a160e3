// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/flash_bytes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../golden/flash/packed.hpp"
#include "../support/flash.hpp"

namespace adapt_flash_bytes_test {

using namespace halo;
using support::flash::network;

TEST_CASE("flash_bytes: weights come back to half a scale, all else exactly") {
  std::array<float, network::parameters> found{};
  CHECK(adapt::unpack<network, golden_flash_packed>(found));
  auto const was = support::flash::learned();
  for (std::size_t k = 0; k < network::layout::tensors; ++k) {
    parameter_info const& t = network::layout::table[k];
    bool const weight = t.rank > 1;
    for (std::size_t i = t.offset; i < t.offset + t.count; ++i) {
      CAPTURE(t.name());
      float const off = std::abs(found[i] - was.parameters()[i]);
      CHECK(off <= (weight ? 1.25F / 254 * 1.0001F : 0.0F));  // 1.25 is the largest
    }
  }
  CHECK(golden_flash_packed::bytes.size() == 12);   // 2 × 3 and 3 × 2
  CHECK(golden_flash_packed::floats.size() == 16);  // 3 + 2 scales, 3 + 3 + 3 + 2 others
  std::vector<float> const statistics(was.statistics().begin(), was.statistics().end());
  CHECK(std::equal(statistics.begin(), statistics.end(), golden_flash_packed::statistics.begin()));
}

namespace {

struct worn_out : golden_flash_packed {
  static constexpr auto bytes = [] {
    auto b = golden_flash_packed::bytes;
    b[3] ^= 4;
    return b;
  }();
};

}  // namespace

TEST_CASE("flash_bytes: a checksum tells bytes that changed") {
  std::array<float, network::parameters> found{};
  CHECK(!adapt::unpack<network, worn_out>(found));
}

}  // namespace adapt_flash_bytes_test
