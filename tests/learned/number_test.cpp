// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/number.hpp>

#include <doctest/doctest.h>

#include <halo/autodiff/variable.hpp>

#include <type_traits>

#include <halo/simd/batch.hpp>

using namespace halo;

TEST_CASE("constants take the type and precision of the formula") {
  CHECK(learned::typed<float>(0.1) == 0.1F);
  CHECK(learned::typed<double>(0.1) == 0.1);
  CHECK(learned::typed<simd::batch<float>>(0.1).get(0) == 0.1F);
  CHECK(learned::typed<autodiff::variable<float>>(0.1).value() == 0.1F);
  CHECK(learned::typed<autodiff::variable<float>>(0.1).is_constant());
}

TEST_CASE("no derivative flows through a constant part; plain numbers are their own") {
  autodiff::tape<double> tape;
  autodiff::variable<double> const x(tape, 3.0);
  backward(x * x + learned::constant_part(x) * x);
  CHECK(x.adjoint() == 9.0);
  CHECK(learned::constant_part(2.5F) == 2.5F);
  CHECK(learned::constant_part(simd::batch<double>(1.5)).get(0) == 1.5);
}

TEST_CASE("plain numbers are the values below any variable") {
  autodiff::tape<float> tape;
  CHECK(learned::plain_number(autodiff::variable<float>(tape, 0.25F)) == 0.25);
  CHECK(learned::plain_number(0.25F) == 0.25);
  static_assert(std::is_same_v<decltype(learned::plain_number(1.0F)), double>);
}
