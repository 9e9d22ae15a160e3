// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/layer_flags.hpp>

#include <doctest/doctest.h>

#include "../support/unrecorded.hpp"

namespace adapt_layer_flags_test {

using namespace halo;

TEST_CASE("layer_flags: a mask comes back, cut to the network, a byte a layer") {
  adapt::detail::layer_flags<70> flags;
  CHECK(flags.mask().empty());
  layer_mask const some = layer_mask(0b1011) | layer_mask::only(69);
  flags.set(some | layer_mask::only(70));
  CHECK(flags.mask() == some);
  static_assert(sizeof(flags) == 70);
  CHECK(support::unrecorded_bytes(flags) == support::no_unrecorded_bytes);
}

}  // namespace adapt_layer_flags_test
