// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/tensor_options.hpp>

#include <doctest/doctest.h>

#include <halo/learned/tensor_rnn.hpp>

namespace learned_tensor_options_test {

using halo::learned::tensor_options;
using halo::learned::tensor_program;
using halo::learned::without_prior;

TEST_CASE("options of a tensor RNN size its program") {
  constexpr tensor_options wide{.units = 24, .global_units = 8};
  using plain = tensor_program<>;
  using sized = tensor_program<wide>;
  static_assert(plain::options.prior);
  CHECK(sized::tensor_state - plain::tensor_state == wide.units - tensor_options{}.units);
  CHECK(plain::global_state - sized::global_state ==
        tensor_options{}.global_units - wide.global_units);
  CHECK(sized::table.size > plain::table.size);
}

TEST_CASE("without the prior the log-rate reaches further and fewer weights are learned") {
  static_assert(!without_prior.prior);
  CHECK(without_prior.span_up == 1.4);
  CHECK(without_prior.span_down == 3.0);
  CHECK(without_prior.units == tensor_options{}.units);
  CHECK(tensor_program<without_prior>::table.size < tensor_program<>::table.size);
}

}  // namespace learned_tensor_options_test
