// SPDX-License-Identifier: BSD-3-Clause
#include <halo/tensor/xt.hpp>

#include <doctest/doctest.h>

namespace tensor_xt_test {

// What halo promises its users of xtensor, under either layout of its headers.
TEST_CASE("xt: containers, arithmetic, noalias, views and reductions are there") {
  xt::xtensor<double, 2> a{{1, 2, 3}, {4, 5, 6}};
  xt::xtensor<double, 2> b = xt::exp(a - a) + a;
  xt::noalias(b) = b * 2.0;
  CHECK(b(1, 2) == 14.0);
  xt::xtensor<double, 1> const column = xt::view(b, xt::all(), 1);
  CHECK(column(0) == 6.0);
  CHECK(column(1) == 12.0);
  CHECK(xt::sum(a)() == 21.0);
}

}  // namespace tensor_xt_test
