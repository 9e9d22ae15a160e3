// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/fast.hpp>

#include <doctest/doctest.h>

#include <span>
#include <vector>

#include <halo/autodiff/check.hpp>

namespace autodiff_fast_test {

using namespace halo;

TEST_CASE("fast functions differentiate as the exact ones") {
  using V = autodiff::variable<double>;
  std::vector<double> const x{-3.0, -0.7, -1e-3, 2e-3, 0.4, 1.9, 5.0};
  auto const sum_of = [](auto f) {
    return [f](std::span<V const> v) {
      V sum = f(v[0]);
      for (std::size_t i = 1; i < v.size(); ++i) sum = sum + f(v[i]) * static_cast<double>(i + 1);
      return sum;
    };
  };
  CHECK(autodiff::check_gradient(sum_of([](V const& a) { return fast_tanh(a); }), x));
  CHECK(autodiff::check_gradient(sum_of([](V const& a) { return fast_sigmoid(a); }), x));
  CHECK(autodiff::check_gradient(sum_of([](V const& a) { return fast_asinh(a); }), x));
  CHECK(autodiff::check_gradient(sum_of([](V const& a) { return fast_log(a * a + 0.5); }), x));
  CHECK(autodiff::check_gradient(sum_of([](V const& a) { return fast_exp(a); }), x));
  CHECK(autodiff::check_gradient(sum_of([](V const& a) { return fast_inverse_sqrt(a * a + 0.5); }),
                                 x));
}

}  // namespace autodiff_fast_test
