// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/conv2d_room.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include "support/conv2d.hpp"

namespace kernel_conv2d_room_test {

using namespace halo;

// That it is enough is what tests/geometry and the stack of a step (tests/adapt/stack_test.cpp)
// say.
TEST_CASE("conv2d_room: no more than a small convolution reads, bounded for a large one") {
  using kernel::conv2d_room;
  support::geometry const small{support::axis::same(5, 3), support::axis::same(6, 3), 2, 4};
  CHECK(conv2d_room<float>(small) <= 4096);
  for (auto const& g : support::large_conv2d_shapes()) {
    CHECK(conv2d_room<float>(g) <= 2 * 96 * 1024 + 256);
    CHECK(conv2d_room<double>(g) <= 2 * 96 * 1024 + 256);
    CHECK(conv2d_room<float, simd::scalar>(g) <= 2 * 2048 + 256);
  }
  support::geometry const winograd{support::axis::same(8, 3), support::axis::same(8, 3), 64, 64};
  CHECK(conv2d_room<float>(winograd) <= 340 * 1024);
}

}  // namespace kernel_conv2d_room_test
