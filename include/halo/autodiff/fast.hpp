// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include <halo/autodiff/variable.hpp>
#include <halo/simd/fast.hpp>

// The functions of simd/fast.hpp on variables: values as there, derivatives of the exact functions.

namespace halo::autodiff {

template <class T>
[[nodiscard]] inline variable<T> fast_tanh(variable<T> const& a) {
  using simd::fast_tanh;
  T const y = fast_tanh(a.value());
  return record(y, a, T(1) - y * y);
}
template <class T>
[[nodiscard]] inline variable<T> fast_sigmoid(variable<T> const& a) {
  using simd::fast_sigmoid;
  T const y = fast_sigmoid(a.value());
  return record(y, a, y - y * y);
}
template <class T>
[[nodiscard]] inline variable<T> fast_exp(variable<T> const& a) {
  using simd::fast_exp;
  T const y = fast_exp(a.value());
  return record(y, a, y);
}
template <class T>
[[nodiscard]] inline variable<T> fast_inverse_sqrt(variable<T> const& a) {
  using simd::fast_inverse_sqrt;
  T const y = fast_inverse_sqrt(a.value());
  return record(y, a, T(-0.5F) * y * y * y);
}
template <class T>
[[nodiscard]] inline variable<T> fast_log(variable<T> const& a) {
  using simd::fast_log;
  return record(fast_log(a.value()), a, T(1) / a.value());
}
template <class T>
[[nodiscard]] inline variable<T> fast_asinh(variable<T> const& a) {
  using simd::fast_asinh;
  using std::sqrt;
  return record(fast_asinh(a.value()), a, T(1) / sqrt(fma(a.value(), a.value(), T(1))));
}

}  // namespace halo::autodiff
