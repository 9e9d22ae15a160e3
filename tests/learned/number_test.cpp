// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/number.hpp>

#include <doctest/doctest.h>

#include <halo/autodiff/variable.hpp>

#include <type_traits>

#include <halo/simd/batch.hpp>

namespace learned_number_test {

using namespace halo;

TEST_CASE("constants take the type and precision of the formula") {
  CHECK(learned::as_number<float>(0.1) == 0.1F);
  CHECK(learned::as_number<double>(0.1) == 0.1);
  CHECK(learned::as_number<simd::batch<float>>(0.1).get(0) == 0.1F);
  CHECK(learned::as_number<autodiff::variable<float>>(0.1).value() == 0.1F);
  CHECK(learned::as_number<autodiff::variable<float>>(0.1).is_constant());
}

TEST_CASE("no derivative flows through stop_gradient, which leaves other numbers alone") {
  autodiff::tape<double> tape;
  autodiff::variable<double> const x(tape, 3.0);
  backward(x * x + learned::stop_gradient(x) * x);
  CHECK(x.adjoint() == 9.0);
  CHECK(learned::stop_gradient(2.5F) == 2.5F);
  CHECK(learned::stop_gradient(simd::batch<double>(1.5)).get(0) == 1.5);
}

TEST_CASE("value_of is the value below any variable") {
  autodiff::tape<float> tape;
  CHECK(learned::value_of(autodiff::variable<float>(tape, 0.25F)) == 0.25);
  CHECK(learned::value_of(0.25F) == 0.25);
  static_assert(std::is_same_v<decltype(learned::value_of(1.0F)), double>);
}

}  // namespace learned_number_test
