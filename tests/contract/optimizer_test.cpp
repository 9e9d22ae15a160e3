// SPDX-License-Identifier: BSD-3-Clause
// Every optimizer, one contract, on many layouts. A new optimizer is added to the list at the end;
// wrappers are tried on one layout in wrapper_test.cpp.
#include <doctest/doctest.h>

#include <halo/optim.hpp>

#include "../support/layouts.hpp"
#include "../support/optimizer_contract.hpp"

namespace contract_optimizer_test {

using namespace halo;

// float registers hold 4, 8 or 16: below, on and over; a single element; ranges that start anywhere
TEST_CASE_TEMPLATE("every optimizer keeps the contract", O, optim::sgd, optim::momentum,
                   optim::adagrad, optim::rmsprop, optim::adam, optim::clipped<optim::momentum>,
                   optim::averaged<optim::adam>) {
  SUBCASE("1") { contract::keeps_the_contract<O, flat_layout<1>, float>(); }
  SUBCASE("7") { contract::keeps_the_contract<O, flat_layout<7>, float>(); }
  SUBCASE("8") { contract::keeps_the_contract<O, flat_layout<8>, float>(); }
  SUBCASE("16") { contract::keeps_the_contract<O, flat_layout<16>, float>(); }
  SUBCASE("17") { contract::keeps_the_contract<O, flat_layout<17>, float>(); }
  SUBCASE("65") { contract::keeps_the_contract<O, flat_layout<65>, float>(); }
  SUBCASE("layers") {
    contract::keeps_the_contract<O, support::three_layers<5, 3, 16, 33>, float>();
  }
  SUBCASE("layers, double") {
    contract::keeps_the_contract<O, support::three_layers<9, 1, 8, 3>, double>();
  }
}

}  // namespace contract_optimizer_test
