// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/program_check.hpp>

#include <doctest/doctest.h>

#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/rnnprop.hpp>
#include <halo/learned/tensor_rnn.hpp>

#include "../support/learned_rate.hpp"
#include "../support/small_program.hpp"

namespace learned_program_check_test {

namespace {

using namespace halo::learned;

struct misspelt_one : support::learned_rate {
  [[maybe_unused]] static constexpr bool observe_constants = true;
};
struct other_settle : support::learned_rate {
  static void settle(int);
};

static_assert(!detail::misspelt<tensor_program<>> && detail::misspelt<misspelt_one>);
static_assert(detail::has_settle<other_settle> && !program_traits<other_settle>::settles);
static_assert(!detail::has_settle<support::learned_rate>);

}  // namespace

// what does not pass is in tests/rejects/program_*.cpp
TEST_CASE("program_check: halo's own programs pass") {
  CHECK(detail::check_program<tensor_program<>>());
  CHECK(detail::check_program<tensor_program<without_prior>>());
  CHECK(detail::check_program<hierarchical_program<>>());
  CHECK(detail::check_program<hierarchical_program<hierarchical_options{.attention = true}>>());
  CHECK(detail::check_program<coordinate_lstm_program<>>());
  CHECK(detail::check_program<rnnprop_program<>>());
  CHECK(detail::check_program<support::learned_rate>());
  CHECK(detail::check_program<support::small_program>());
}

}  // namespace learned_program_check_test
