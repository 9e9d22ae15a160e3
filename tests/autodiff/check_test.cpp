// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/check.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <support/operations.hpp>

namespace autodiff_check_test {

using halo::autodiff::check_gradient;
using halo::autodiff::check_hessian;
using halo::autodiff::check_hessian_vector_product;
using halo::autodiff::check_options;
using halo::autodiff::check_report;

TEST_CASE("every operation: first and second derivatives against differences") {
  auto const check = [](char const* name, auto f) {
    CAPTURE(name);
    std::vector<double> const x{0.7, 1.3};
    auto const loss = [f](auto y) { return f(y[0], y[1]); };
    check_report const first = check_gradient(loss, x);
    CHECK(first.passed);
    CHECK(first.checked == 2);
    check_report const second = check_hessian(loss, x);
    CHECK(second.passed);
    CHECK(second.checked == 4);
    CHECK(check_hessian_vector_product(loss, x, std::vector<double>{0.3, -2.0}));
  };
  support::for_each_operation(check);
  support::for_each_scalar_operation(check);
}

TEST_CASE("a wrong gradient is found, with its place") {
  auto const value = [](std::span<double const> x) { return x[0] * x[0] + std::sin(x[1]); };
  auto const right = [](std::span<double const> x, std::span<double> g) {
    g[0] = 2 * x[0];
    g[1] = std::cos(x[1]);
  };
  auto const wrong = [](std::span<double const> x, std::span<double> g) {
    g[0] = 2 * x[0];
    g[1] = std::cos(x[1]) * 1.0001;
  };
  std::vector<double> const x{3.0, 0.5};
  CHECK(check_gradient(value, right, x).passed);
  check_report const found = check_gradient(value, wrong, x);
  CHECK(!found.passed);
  CHECK(found.index == 1);
  CHECK(found.error == doctest::Approx(1e-4).epsilon(0.02));
  CHECK(found.given == doctest::Approx(std::cos(0.5) * 1.0001));
  CHECK(found.expected == doctest::Approx(std::cos(0.5)));
  CHECK(check_gradient(value, wrong, x, check_options{1e-5, 1e-5, 1e-3}).passed);
}

TEST_CASE("a derivative that is forgotten or not a number fails") {
  std::vector<double> const x{2.0};
  auto const forgotten = [](auto y) { return record(y[0].value() * 3, y[0], 2.0); };
  // on duals a record needs dual derivatives, so only the first order is asked here
  auto const report = check_gradient([](std::span<double const> at) { return at[0] * 3; },
                                     [&](std::span<double const> at, std::span<double> g) {
                                       halo::autodiff::value_and_gradient<double>(forgotten, at, g);
                                     },
                                     x);
  CHECK(!report.passed);
  CHECK(report.given == 2.0);
  auto const nan = check_gradient([](std::span<double const> at) { return at[0]; },
                                  [](std::span<double const>, std::span<double> g) {
                                    g[0] = std::numeric_limits<double>::quiet_NaN();
                                  },
                                  x);
  CHECK(!nan.passed);
  CHECK(std::isinf(nan.error));
}

TEST_CASE("a wrong Hessian is found") {
  std::vector<double> const x{0.5, 2.0, -1.0};
  auto const gradient = [](std::span<double const> at, std::span<double> g) {
    for (std::size_t i = 0; i < at.size(); ++i) g[i] = at[i] * at[i] * at[i];
  };
  auto const product = [](double factor) {
    return [factor](std::span<double const> at, std::span<double const> v, std::span<double> hv) {
      for (std::size_t i = 0; i < at.size(); ++i) hv[i] = factor * at[i] * at[i] * v[i];
    };
  };
  CHECK(check_hessian_vector_product(gradient, product(3), x, x).passed);
  check_report const wrong = check_hessian_vector_product(gradient, product(3.001), x, x);
  CHECK(!wrong.passed);
  CHECK(wrong.index == 1);
}

TEST_CASE("a gradient on planes is checked through its own values") {
  std::vector<double> const x{0.5, 2.0, -1.0}, v{1.0, -2.0, 0.5};
  auto const right = [](auto theta, auto gradient) {
    for (std::size_t i = 0; i < 3; ++i) {
      auto const e = read_element(theta, i);
      write_element(gradient, i, e * e * e);
    }
  };
  auto const forgetful = [](auto theta, auto gradient) {
    for (std::size_t i = 0; i < 3; ++i) {
      auto e = read_element(theta, i);
      e.tangent *= 2;
      write_element(gradient, i, e * e * e);
    }
  };
  CHECK(check_hessian_vector_product(right, x, v).passed);
  CHECK(!check_hessian_vector_product(forgetful, x, v).passed);
}

TEST_CASE("the index of a Hessian's worst entry is column * size + row") {
  auto const loss = [](auto y) { return y[0] * y[0] * y[1] + y[1] * y[2] * y[2]; };
  std::vector<double> const x{1.0, 2.0, 3.0};
  check_report const all = check_hessian(loss, x, check_options{1e-5, 1e-300, 1e-300});
  CHECK(all.checked == 9);
  CHECK(!all.passed);  // nothing is exact to 300 digits
  CHECK(all.index < 9);
  CHECK(check_hessian(loss, x).passed);
}

}  // namespace autodiff_check_test
