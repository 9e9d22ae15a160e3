// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/safe_step.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "../support/layouts.hpp"

namespace learned_safe_step_test {

using namespace halo;

TEST_CASE("safe_step: a finite loss, and a gradient below the ceiling once it is scaled") {
  using layout = support::three_layers<5, 3, 16, 33>;
  std::array<float, layout::size> g{};
  g[6] = 2e15F;  // of the lowest layer
  auto const safe = [&](optim::step_context<float> const& c) {
    return learned::detail::is_safe_step<layout>(g.data(), c);
  };
  CHECK_FALSE(safe({}));
  CHECK(safe({.scale = 0.25F}));
  CHECK(safe({.limit = 1e10F}));
  CHECK(safe({.mask = layer_mask::only(1)}));
  CHECK(safe({.magnitude = 1e15F}));  // measured by whoever says so
  CHECK_FALSE(safe({.magnitude = std::numeric_limits<float>::infinity(), .scale = 0.25F}));
  CHECK_FALSE(safe({.scale = 0.25F, .loss = std::numeric_limits<double>::quiet_NaN()}));
  CHECK(safe({.scale = 0.25F, .rate = 1e14}));
  CHECK_FALSE(safe({.scale = 0.25F, .rate = 1e16}));  // of a schedule that ran away
  CHECK_FALSE(safe({.scale = 0.25F, .rate = std::numeric_limits<double>::quiet_NaN()}));
  g[6] = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(safe({.scale = 0.25F}));
}

}  // namespace learned_safe_step_test
