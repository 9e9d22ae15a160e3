// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/dual.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include <doctest/doctest.h>

#include <golden/derivatives.hpp>
#include <support/operations.hpp>

namespace autodiff_dual_test {

using halo::autodiff::dual;
namespace simd = halo::simd;

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
    using D = dual<double>;
    D const by_a = f(D(row.a, 1.0), D(row.b, 0.0));
    D const by_b = f(D(row.a), D(row.b, 1.0));
    CHECK(by_a.value == near(row.value));
    CHECK(by_a.tangent == near(row.da));
    CHECK(by_b.tangent == near(row.db));
    D const mixed = f(D(row.a, 2.0), D(row.b, -3.0));
    CHECK(mixed.tangent == near(2 * row.da - 3 * row.db));

    using E = dual<D>;
    E const aa = f(E(D(row.a, 1.0), D(1.0)), E(D(row.b)));
    E const ab = f(E(D(row.a, 1.0), D(0.0)), E(D(row.b), D(1.0)));
    E const bb = f(E(D(row.a)), E(D(row.b, 1.0), D(1.0)));
    CHECK(aa.tangent.tangent == near(row.daa));
    CHECK(ab.tangent.tangent == near(row.dab));
    CHECK(bb.tangent.tangent == near(row.dbb));
  }
  REQUIRE(rows > 0);
}

}  // namespace

TEST_CASE("every operation: value, first and second derivatives as literals") {
  auto const check = [](char const* name, auto f) { check_against_golden(name, f); };
  support::for_each_operation(check);
  support::for_each_scalar_operation(check);
}

TEST_CASE_TEMPLATE("a register of duals is as many duals", T, float, double) {
  using B = simd::batch<T>;
  std::array<T, B::size> a, b;
  for (std::size_t i = 0; i < B::size; ++i) {
    a[i] = T(0.3) + T(0.4) * static_cast<T>(i);
    b[i] = T(1.7) - T(0.3) * static_cast<T>(i) + T(0.01);
  }
  dual<B> const x(B::load(a.data()), B(T(1.5)));
  dual<B> const y(B::load(b.data()), B(T(-0.5)));
  T const tolerance = 16 * std::numeric_limits<T>::epsilon();
  support::for_each_operation([&](char const* name, auto f) {
    dual<B> const lanes = f(x, y);
    for (std::size_t i = 0; i < B::size; ++i) {
      CAPTURE(name);
      CAPTURE(i);
      dual<T> const one = f(dual<T>(a[i], T(1.5)), dual<T>(b[i], T(-0.5)));
      dual<T> const lane = lanes.get(i);
      CHECK(std::abs(lane.value - one.value) <= tolerance * (1 + std::abs(one.value)));
      CHECK(std::abs(lane.tangent - one.tangent) <= tolerance * (1 + std::abs(one.tangent)) * 4);
    }
  });
}

TEST_CASE("plain numbers are constants") {
  using D = dual<double>;
  D const x(3.0, 2.0);
  CHECK((x * 2).tangent == 4.0);
  CHECK((2.0F * x).tangent == 4.0);
  CHECK((x / 4).tangent == 0.5);
  CHECK((6 / x).tangent == doctest::Approx(-6.0 / 9 * 2));
  CHECK((1 - x).tangent == -2.0);
  CHECK((1 + x).tangent == 2.0);
  CHECK(D(5).tangent == 0.0);
}

TEST_CASE("fma takes constants at any place") {
  using D = dual<double>;
  D const a(2.0, 0.5), b(3.0, -1.0), c(4.0, 7.0);
  auto const check = [](D y, double value, double tangent) {
    CHECK(y.value == value);
    CHECK(y.tangent == tangent);
  };
  check(fma(a, b, c), 10, 0.5 * 3 - 2.0 + 7);
  check(fma(a, 3.0, c), 10, 0.5 * 3 + 7);
  check(fma(2.0, b, c), 10, -2.0 + 7);
  check(fma(a, b, 4.0), 10, 0.5 * 3 - 2.0);
  check(fma(a, 3.0, 4.0), 10, 0.5 * 3);
  check(fma(2.0, b, 4.0), 10, -2.0);
  check(fnma(a, b, c), -2, 7 - (0.5 * 3 - 2.0));
}

TEST_CASE("kinks differentiate as documented") {
  using D = dual<double>;
  CHECK(abs(D(0.0, 1.0)).tangent == 0.0);
  CHECK(abs(D(-0.0, 1.0)).tangent == 0.0);
  CHECK(max(D(0.0, 1.0), 0.0).tangent == 0.0);
  CHECK(max(D(1.0, 5.0), D(1.0, 7.0)).tangent == 7.0);
  CHECK(min(D(1.0, 5.0), D(1.0, 7.0)).tangent == 7.0);
  CHECK(std::isinf(sqrt(D(0.0, 1.0)).tangent));
}

TEST_CASE("comparisons look at values") {
  using D = dual<float>;
  CHECK(D(1.0F, 9.0F) < D(2.0F, 0.0F));
  CHECK(D(1.0F, 9.0F) == D(1.0F, 0.0F));
  CHECK(D(1.0F, 9.0F) == 1.0F);
  CHECK(D(1.0F, 9.0F) != 2.0F);
  CHECK(D(3.0F, 0.0F) >= 3);
  CHECK(D(3.0F, 0.0F) <= 3);
  CHECK(D(3.0F, 0.0F) > 2.5F);
}

TEST_CASE("registers of duals reduce and report their lanes") {
  using B = simd::batch<float>;
  std::array<float, B::size> value, tangent;
  float sum = 0, tangent_sum = 0;
  for (std::size_t i = 0; i < B::size; ++i) {
    value[i] = i + 1 == B::size ? 100.0F : static_cast<float>(i);
    tangent[i] = 2.0F * static_cast<float>(i) + 1.0F;
    sum += value[i];
    tangent_sum += tangent[i];
  }
  dual<B> const x(B::load(value.data()), B::load(tangent.data()));
  CHECK(dual<B>::size == B::size);
  CHECK(lane_sum(x).value == sum);
  CHECK(lane_sum(x).tangent == tangent_sum);
  CHECK(lane_max(x).value == value.back());
  CHECK(lane_max(x).tangent == tangent.back());
  CHECK(all(x == x));
  CHECK(all(is_finite(x)));
  CHECK(!any(x != x));
  dual<B> const broken(B(1.0F), B(std::numeric_limits<float>::infinity()));
  CHECK(!any(is_finite(broken)));
  CHECK(!is_finite(dual<float>(std::numeric_limits<float>::quiet_NaN(), 0.0F)));
}

}  // namespace autodiff_dual_test
