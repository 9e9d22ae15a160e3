// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/field.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <halo/core/parameter_table.hpp>
#include <halo/optim/adam.hpp>

using namespace halo;

TEST_CASE("field: names where values lie") {
  std::vector<double> x{1, 2, 3};
  std::uint64_t n = 7;
  std::vector<meta::field> all{meta::field_of("n", n)};
  meta::append(all, "part", {meta::field_of("x", std::span(x))});
  CHECK(all[0].view().as<std::uint64_t>()[0] == 7);
  CHECK(all[1].name == "part.x");
  CHECK(all[1].view().name == "part.x");
  CHECK(all[1].type == io::dtype::f64);
  CHECK(all[1].count == 3);
  x[2] = 9;
  CHECK(all[1].view().as<double>()[2] == 9);
  all[0].bytes[0] = std::byte{8};
  CHECK(n % 256 == 8);
}

TEST_CASE("field: an optimizer's state") {
  optim::adam::state<flat_layout<4>, float> s;
  auto const all = meta::fields_of(s);
  REQUIRE(all.size() == 4);
  CHECK(all[0].name == "m");
  CHECK(all[2].name == "steps");
  CHECK(all[2].type == io::dtype::u32);
  s.v[3] = 5;
  CHECK(all[1].view().as<float>()[3] == 5);
}
