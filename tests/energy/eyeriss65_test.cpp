// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/eyeriss65.hpp>

#include <doctest/doctest.h>

namespace energy_eyeriss65_test {

using namespace halo;

TEST_CASE("eyeriss65: multiples of a multiply-add") {
  energy::eyeriss65 const m{.multiply_add = 1, .buffer_bytes = 100};
  CHECK(m.joules({.taken = {10, 0, 0, 0}}) == 50);
  CHECK(m.joules({.taken = {0, 10, 0, 0}}) == doctest::Approx(355));
  CHECK(m.joules({.taken = {0, 0, 30, 20}}) == 400);  // 100 bytes
  CHECK(m.joules({.taken = {0, 0, 30, 21}}) == 51 * 208);
}

}  // namespace energy_eyeriss65_test
