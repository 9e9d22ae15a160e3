// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/variable.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>

#include <doctest/doctest.h>

#include <golden/derivatives.hpp>
#include <halo/autodiff/dual.hpp>
#include <support/operations.hpp>

namespace autodiff_variable_test {

using halo::autodiff::dual;
using halo::autodiff::tape;
using halo::autodiff::variable;
namespace simd = halo::simd;

static_assert(std::is_trivially_copyable_v<variable<double>>);
static_assert(std::is_trivially_copyable_v<variable<simd::batch<float>>>);

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-13); }

template <class F>
void check_against_golden(char const* name, F f) {
  std::size_t rows = 0;
  for (auto const& row : support::golden_derivatives) {
    if (std::string_view(row.name) != name) continue;
    ++rows;
    CAPTURE(name);
    CAPTURE(row.a);
    tape<double> t;
    variable<double> const a(t, row.a), b(t, row.b);
    variable<double> const y = f(a, b);
    backward(y);
    CHECK(y.value() == near(row.value));
    CHECK(a.adjoint() == near(row.da));
    CHECK(b.adjoint() == near(row.db));

    t.clear();
    variable<double> const alone(t, row.a);
    variable<double> const z = f(alone, variable<double>(row.b));  // b a constant
    backward(z);
    CHECK(z.value() == near(row.value));
    CHECK(alone.adjoint() == near(row.da));

    using D = dual<double>;  // reverse over forward
    tape<D> s;
    variable<D> const c(s, D(row.a, 2.0)), d(s, D(row.b, -3.0));
    backward(f(c, d));
    CHECK(c.adjoint().value == near(row.da));
    CHECK(c.adjoint().tangent == near(2 * row.daa - 3 * row.dab));
    CHECK(d.adjoint().tangent == near(2 * row.dab - 3 * row.dbb));

    using R = dual<variable<double>>;  // forward over reverse
    t.clear();
    variable<double> const e(t, row.a), g(t, row.b);
    R const u = f(R(e, variable<double>(2.0)), R(g, variable<double>(-3.0)));
    CHECK(u.tangent.value() == near(2 * row.da - 3 * row.db));
    t.zero_adjoints();
    backward(u.tangent);
    CHECK(e.adjoint() == near(2 * row.daa - 3 * row.dab));
    CHECK(g.adjoint() == near(2 * row.dab - 3 * row.dbb));
  }
  REQUIRE(rows > 0);
}

}  // namespace

TEST_CASE("every operation: value, first and second derivatives as literals") {
  auto const check = [](char const* name, auto f) { check_against_golden(name, f); };
  support::for_each_operation(check);
  support::for_each_scalar_operation(check);
}

TEST_CASE_TEMPLATE("a tape of registers is as many tapes", T, float, double) {
  using B = simd::batch<T>;
  std::array<T, B::size> a, b;
  for (std::size_t i = 0; i < B::size; ++i) {
    a[i] = T(0.3) + T(0.4) * static_cast<T>(i);
    b[i] = T(1.7) - T(0.3) * static_cast<T>(i) + T(0.01);
  }
  T const tolerance = 16 * std::numeric_limits<T>::epsilon();
  tape<B> wide(64);
  tape<T> narrow(64);
  support::for_each_operation([&](char const* name, auto f) {
    wide.clear();
    variable<B> const x(wide, B::load(a.data())), y(wide, B::load(b.data()));
    variable<B> const z = f(x, y);
    backward(z);
    for (std::size_t i = 0; i < B::size; ++i) {
      CAPTURE(name);
      CAPTURE(i);
      narrow.clear();
      variable<T> const p(narrow, a[i]), q(narrow, b[i]);
      variable<T> const r = f(p, q);
      backward(r);
      CHECK(std::abs(z.value().get(i) - r.value()) <= tolerance * (1 + std::abs(r.value())));
      CHECK(std::abs(x.adjoint().get(i) - p.adjoint()) <=
            4 * tolerance * (1 + std::abs(p.adjoint())));
      CHECK(std::abs(y.adjoint().get(i) - q.adjoint()) <=
            4 * tolerance * (1 + std::abs(q.adjoint())));
    }
  });
}

TEST_CASE("constants cost nothing") {
  tape<double> t;
  variable<double> const x(t, 2.0), two(2.0), three = 3;
  variable<double> const c = exp(two * three) / (two + 1) - fma(two, three, two) + max(two, three);
  CHECK(c.is_constant());
  CHECK(c.adjoint() == 0.0);
  CHECK(c.value() == doctest::Approx(std::exp(6.0) / 3 - 8 + 3));
  CHECK(t.size() == 1);
  backward(c);  // nothing happens
  variable<double> const y = x + 1.0;
  CHECK(t.size() == 2);
  backward(y);
  CHECK(x.adjoint() == 1.0);
  CHECK(stop_gradient(y).is_constant());
  CHECK(stop_gradient(y).value() == 3.0);
}

TEST_CASE("fma with constants at any place") {
  auto const check = [](bool first, bool second, bool third) {
    tape<double> t;
    auto const make = [&t](bool constant, double value) {
      return constant ? variable<double>(value) : variable<double>(t, value);
    };
    variable<double> const a = make(first, 2.0), b = make(second, 3.0), c = make(third, 4.0);
    variable<double> const y = fma(a, b, c);
    CHECK(y.value() == 10.0);
    CHECK(y.is_constant() == (first && second && third));
    backward(y);
    CHECK(a.adjoint() == (first ? 0.0 : 3.0));
    CHECK(b.adjoint() == (second ? 0.0 : 2.0));
    CHECK(c.adjoint() == (third ? 0.0 : 1.0));
  };
  for (unsigned bits = 0; bits < 8; ++bits)
    check((bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0);
  tape<double> t;
  variable<double> const a(t, 2.0), b(t, 3.0), c(t, 4.0);
  variable<double> const y = fnma(a, b, c);
  backward(y);
  CHECK(y.value() == -2.0);
  CHECK(a.adjoint() == -3.0);
  CHECK(c.adjoint() == 1.0);
}

TEST_CASE("a value used twice collects twice") {
  tape<double> t;
  variable<double> x(t, 3.0);
  variable<double> const start = x;
  x += x;
  x *= x;
  x -= start;
  x /= 2;  // (4 x² - x) / 2
  backward(x);
  CHECK(start.adjoint() == doctest::Approx((8 * 3.0 - 1) / 2));
  backward(x);  // a second time gives the same
  CHECK(start.adjoint() == doctest::Approx((8 * 3.0 - 1) / 2));
}

TEST_CASE("kinks differentiate as documented") {
  tape<double> t;
  auto const slope = [&t](auto f) {
    t.clear();
    variable<double> const x(t, 0.0);
    backward(f(x));
    return x.adjoint();
  };
  CHECK(slope([](auto x) { return abs(x); }) == 0.0);
  CHECK(slope([](auto x) { return max(x, 0.0); }) == 0.0);
  CHECK(slope([](auto x) { return max(0.0, x); }) == 1.0);
  CHECK(slope([](auto x) { return min(x, 0.0); }) == 0.0);
}

TEST_CASE("a function that halo does not know") {
  tape<double> t;
  variable<double> const x(t, 40.0), y(t, 2.0);
  variable<double> const clipped = record(std::fmin(x.value(), 33.0), x, 1.0);  // straight through
  variable<double> const power = record(std::pow(3.0, 2.0), x, 5.0, y, 7.0);
  backward(clipped * 2.0 + power);
  CHECK(clipped.value() == 33.0);
  CHECK(x.adjoint() == 7.0);
  CHECK(y.adjoint() == 7.0);
}

}  // namespace autodiff_variable_test
