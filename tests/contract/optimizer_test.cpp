// SPDX-License-Identifier: BSD-3-Clause
// Every optimizer, one contract, on many layouts. A new optimizer is added to the list at the end;
// wrappers are tried on one layout in wrapper_test.cpp.
#include <doctest/doctest.h>

#include <halo/optim.hpp>

#include "../support/layouts.hpp"
#include "../support/optimizer_contract.hpp"

namespace contract_optimizer_test {

using namespace halo;

// Float registers hold 4, 8 or 16: six_layers are below, on and over.
TEST_CASE_TEMPLATE("every optimizer keeps the contract", O, optim::sgd, optim::momentum,
                   optim::adagrad, optim::rmsprop, optim::adam, optim::clipped<optim::momentum>,
                   optim::averaged<optim::adam>) {
  SUBCASE("a single number") { contract::keeps_the_contract<O, flat_layout<1>, float>(); }
  SUBCASE("layers") { contract::keeps_the_contract<O, support::six_layers, float>(); }
  SUBCASE("layers of several tensors, double") {
    contract::keeps_the_contract<O, support::three_layers<9, 1, 8, 3>, double>();
  }
}

}  // namespace contract_optimizer_test
