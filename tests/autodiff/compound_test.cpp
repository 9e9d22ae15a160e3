// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/compound.hpp>

#include <type_traits>

#include <doctest/doctest.h>

#include <halo/autodiff/dual.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>

namespace autodiff_compound_test {

using halo::autodiff::dual;
using halo::autodiff::tape;
using halo::autodiff::variable;

TEST_CASE("compound: a dual changes as by the operation, with duals and with plain numbers") {
  using D = dual<double>;
  D const x(3.0, 2.0);
  D y = x;
  y += 1;
  y -= x;
  CHECK(y.value == 1.0);
  CHECK(y.tangent == 0.0);
  y += x;
  CHECK(y.value == 4.0);
  CHECK(y.tangent == 2.0);
  y *= x;
  CHECK(y.value == 12.0);
  CHECK(y.tangent == 4 * 2 + 2 * 3);
  y /= 2.0F;
  CHECK(y.value == 6.0);
  CHECK(y.tangent == 7.0);
  y /= D(y);
  CHECK(y.value == 1.0);
  CHECK(y.tangent == 0.0);
  (y += x) *= 2;  // what comes back is y itself
  CHECK(y.value == 8.0);
  CHECK(y.tangent == 4.0);
}

TEST_CASE("compound: a variable keeps the history of what it was") {
  tape<double> t(16);
  variable<double> const a(t, 3.0), b(t, 2.0);
  variable<double> y = a;
  y *= b;    // ab
  y += a;    // ab + a
  y -= 1.0;  // ab + a - 1
  y /= b;    // a + (a - 1) / b
  backward(y);
  CHECK(y.value() == 4.0);
  CHECK(a.adjoint() == 1.5);
  CHECK(b.adjoint() == -0.5);
  CHECK(t.size() == 2 + 4);
}

TEST_CASE("compound: weighs nothing") {
  static_assert(sizeof(dual<float>) == 2 * sizeof(float));
  static_assert(sizeof(dual<dual<double>>) == 4 * sizeof(double));
  static_assert(std::is_trivially_copyable_v<dual<float>>);
  static_assert(std::is_trivially_default_constructible_v<dual<float>>);
  struct plain {
    double value;
    tape<double>* on;
    tape<double>::node node;
  };
  CHECK(sizeof(variable<double>) == sizeof(plain));
}

}  // namespace autodiff_compound_test
