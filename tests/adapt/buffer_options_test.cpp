// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/buffer_options.hpp>

#include <doctest/doctest.h>

#include <halo/core/bad_option.hpp>

#include "../support/unrecorded.hpp"

namespace adapt_buffer_options_test {

using namespace halo;

TEST_CASE("buffer_options: ranges, and nothing is left out of the record") {
  static_assert(!first_bad_option(adapt::buffer_options{}));
  auto const bad = first_bad_option(adapt::buffer_options{.rows = 0});
  CHECK(bad.has_value());
  CHECK(support::unrecorded_bytes(adapt::buffer_options{}) == support::no_unrecorded_bytes);
}

}  // namespace adapt_buffer_options_test
