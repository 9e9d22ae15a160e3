// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/gradient.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <halo/autodiff/planar_gemm.hpp>
#include <halo/simd/batch.hpp>
#include <support/allocation.hpp>

namespace autodiff_gradient_test {

using halo::autodiff::dual;
using halo::autodiff::gradient_workspace;
using halo::autodiff::hessian_vector_product;
using halo::autodiff::planar;
using halo::autodiff::value_and_gradient;
using halo::autodiff::variable;

namespace {

/// Rosenbrock's valley in n dimensions.
auto const rosenbrock = [](auto x) {
  auto sum = 0.0 * x[0];
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    auto const rise = x[i + 1] - x[i] * x[i];
    auto const rest = 1 - x[i];
    sum += 100 * rise * rise + rest * rest;
  }
  return sum;
};

}  // namespace

TEST_CASE("Rosenbrock: value, gradient, Hessian times a vector as literals") {
  std::array<double, 2> const x{-1.2, 1.0}, v{1.0, 2.0};
  std::array<double, 2> g{}, hv{};
  CHECK(value_and_gradient(rosenbrock, x, g) == doctest::Approx(24.2));
  CHECK(g[0] == doctest::Approx(-215.6));
  CHECK(g[1] == doctest::Approx(-88.0));
  // H = [1200 x0² - 400 x1 + 2, -400 x0; -400 x0, 200] = [1330, 480; 480, 200]
  CHECK(hessian_vector_product(rosenbrock, x, v, hv) == doctest::Approx(24.2));
  CHECK(hv[0] == doctest::Approx(1330.0 + 960));
  CHECK(hv[1] == doctest::Approx(480.0 + 400));
  std::array<double, 2> const least{1.0, 1.0};
  CHECK(value_and_gradient(rosenbrock, least, g) == 0.0);
  CHECK(g[0] == 0.0);
  CHECK(g[1] == 0.0);
}

TEST_CASE("in float, on request") {
  std::vector<float> const x{-1.2F, 1.0F};
  std::vector<float> g(2), hv(2);
  CHECK(value_and_gradient<float>([](auto y) { return y[0] * y[0] * y[1]; }, x, g) ==
        doctest::Approx(1.44));
  CHECK(g[0] == doctest::Approx(-2.4));
  CHECK(g[1] == doctest::Approx(1.44));
  hessian_vector_product<float>([](auto y) { return y[0] * y[0] * y[1]; }, x, x, hv);
  CHECK(hv[0] == doctest::Approx(2 * -1.2 + -2.4));
}

TEST_CASE("on registers: as many losses at once as there are lanes") {
  using B = halo::simd::batch<double>;
  std::vector<B> x(2), g(2, B(0.0));
  std::array<double, B::size> first;
  for (std::size_t i = 0; i < B::size; ++i) first[i] = -1.2 + 0.1 * static_cast<double>(i);
  x[0] = B::load(first.data());
  x[1] = B(1.0);
  gradient_workspace<B> workspace;
  B const value = value_and_gradient(rosenbrock, x, g, workspace);
  for (std::size_t i = 0; i < B::size; ++i) {
    std::array<double, 2> const one{first[i], 1.0};
    std::array<double, 2> expected{};
    CHECK(value.get(i) == doctest::Approx(value_and_gradient(rosenbrock, one, expected)));
    CHECK(g[0].get(i) == doctest::Approx(expected[0]));
    CHECK(g[1].get(i) == doctest::Approx(expected[1]));
  }
}

TEST_CASE("a workspace grows once, then nothing is allocated") {
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  std::vector<double> const x(500, 0.3), v(500, 1.0);
  std::vector<double> g(500), again(500), hv(500);
  gradient_workspace<double> workspace;
  gradient_workspace<dual<double>> second;
  double const value = value_and_gradient(rosenbrock, x, g, workspace);
  hessian_vector_product(rosenbrock, x, v, hv, second);
  CHECK(support::allocations_of([&] {
          CHECK(value_and_gradient(rosenbrock, x, again, workspace) == value);
          hessian_vector_product(rosenbrock, x, v, hv, second);
        }) == 0);
  CHECK(again == g);
  std::vector<double> const few(2, 0.5);
  std::vector<double> few_g(2);
  value_and_gradient(rosenbrock, few, few_g, workspace);
  CHECK(few_g[1] == doctest::Approx(200 * (0.5 - 0.25)));
}

TEST_CASE("a workspace of fixed size says when a loss is too long") {
  gradient_workspace<double> workspace(3, 10);
  std::vector<double> const x(3, 0.5);
  std::vector<double> g(3);
  auto const shorter = [](auto y) { return y[0] * y[1] * y[2]; };
  CHECK(value_and_gradient(shorter, x, g, workspace) == 0.125);
  CHECK_THROWS_AS(value_and_gradient(rosenbrock, x, g, workspace), halo::error);
  CHECK(value_and_gradient(shorter, x, g, workspace) == 0.125);  // and stays usable
  CHECK(g[0] == 0.25);
}

TEST_CASE("a loss that depends on nothing has a zero gradient") {
  std::vector<double> const x(3, 0.5);
  std::vector<double> g(3, 7.0), hv(3, 7.0);
  CHECK(value_and_gradient([](auto) { return 2.0; }, x, g) == 2.0);
  CHECK(g == std::vector<double>(3, 0.0));
  CHECK(hessian_vector_product([](auto) { return 2.0; }, x, x, hv) == 2.0);
  CHECK(hv == std::vector<double>(3, 0.0));
  CHECK(value_and_gradient([](auto y) { return y[1]; }, x, g) == 0.5);
  CHECK(g == std::vector<double>{0, 1, 0});
}

TEST_CASE("a gradient written by hand, run on planes, gives H·v beside itself") {
  // f(x) = |A x|⁴ / 4 + Σ x: g = s Aᵀ A x + 1 with s = |A x|², H = s AᵀA + 2 (AᵀAx)(AᵀAx)ᵀ
  std::vector<double> const a{1, 2, 0, -1, 1, 3};  // 2 × 3
  std::vector<double> const x{0.5, -1, 2}, v{1, 2, -1};
  auto const gradient_of = [&a](auto theta, auto gradient) {
    using P = decltype(gradient);
    using C = halo::simd::const_of<P>;
    using halo::kernel::gemm;
    halo::autodiff::storage<halo::simd::element_of<P>, 2> product;
    halo::kernel::operand<C> const matrix{C(a.data(), nullptr), 3};
    gemm(2, 1, 3, matrix, halo::kernel::operand<C>{theta, 1}, product.data(), 1);
    auto const p = read_element(product.data(), 0), q = read_element(product.data(), 1);
    auto const s = p * p + q * q;
    gemm(3, 1, 2, halo::kernel::operand<C>{matrix.data, 3, true},
         halo::kernel::operand<C>{C(product.data()), 1}, gradient, 1);
    for (std::size_t i = 0; i < 3; ++i)
      write_element(gradient, i, s * read_element(gradient, i) + 1.0);
  };
  std::vector<double> g(3), hv(3);
  hessian_vector_product(gradient_of, x, v, g, hv);
  double const p[2] = {a[0] * x[0] + a[1] * x[1] + a[2] * x[2],
                       a[3] * x[0] + a[4] * x[1] + a[5] * x[2]};
  double const q[2] = {a[0] * v[0] + a[1] * v[1] + a[2] * v[2],
                       a[3] * v[0] + a[4] * v[1] + a[5] * v[2]};
  double const s = p[0] * p[0] + p[1] * p[1], pq = p[0] * q[0] + p[1] * q[1];
  for (std::size_t i = 0; i < 3; ++i) {
    double const atp = a[i] * p[0] + a[3 + i] * p[1], atq = a[i] * q[0] + a[3 + i] * q[1];
    CHECK(g[i] == doctest::Approx(s * atp + 1));
    CHECK(hv[i] == doctest::Approx(s * atq + 2 * pq * atp));
  }
}

}  // namespace autodiff_gradient_test
