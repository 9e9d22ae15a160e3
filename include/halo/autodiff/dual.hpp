// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <halo/autodiff/compound.hpp>
#include <halo/autodiff/scalar.hpp>
#include <halo/simd/batch.hpp>
#include <halo/simd/math.hpp>

namespace halo::autodiff {

template <class V>
struct dual;

namespace detail {

/// The number of lanes and the architecture of a register show through; a scalar has neither.
template <class V>
struct lanes_of {};
template <class T, class Arch>
struct lanes_of<simd::batch<T, Arch>> {
  using arch = Arch;
  static constexpr std::size_t size = simd::batch<T, Arch>::size;
};

template <class V>
struct underlying;
template <floating T>
struct underlying<T> {
  using type = T;
};
template <class T, class Arch>
struct underlying<simd::batch<T, Arch>> {
  using type = T;
};
template <class V>
struct underlying<dual<V>> : underlying<V> {};

/// A constant in the type and precision of V.
template <class V, class S>
[[nodiscard]] inline V constant(S const& c) {
  if constexpr (std::is_arithmetic_v<S>)
    return V(static_cast<typename underlying<V>::type>(c));
  else
    return V(c);
}

}  // namespace detail

/// A value and its derivative in one direction: forward-mode differentiation.
///
/// f(dual{x, v}) = dual{f(x), f'(x)·v}  [Griewank & Walther 2008, ch. 3]
///
/// V is float, double, simd::batch, another dual or a variable. Whatever is written for a V works
/// for a dual<V>: mixed arithmetic with a V or a plain number treats that number as a constant
/// (tangent zero, not multiplied out), comparisons look at the values alone. Where a function has a
/// kink the derivative is the one PyTorch takes: 0 for abs at 0, and for min and max that of the
/// chosen operand (the second one at a tie, so max(x, 0) has derivative 0 at 0).
template <class V>
struct dual : detail::lanes_of<V>, detail::compound<dual<V>> {
  using mask = decltype(std::declval<V const&>() < std::declval<V const&>());

  V value;
  V tangent;

  dual() = default;
  /// A value with its derivative.
  dual(V v, V t) : value(v), tangent(t) {}
  /// A constant; implicit, so that x * 2 reads as in a formula.
  template <std::convertible_to<V> S>
  dual(S const& constant) : value(detail::constant<V>(constant)), tangent(V(0)) {}

  friend dual operator+(dual a, dual b) { return {a.value + b.value, a.tangent + b.tangent}; }
  friend dual operator-(dual a, dual b) { return {a.value - b.value, a.tangent - b.tangent}; }
  friend dual operator*(dual a, dual b) {
    return {a.value * b.value, fma(a.value, b.tangent, a.tangent * b.value)};
  }
  friend dual operator/(dual a, dual b) {
    V const quotient = a.value / b.value;
    return {quotient, (a.tangent - quotient * b.tangent) / b.value};
  }
  friend dual operator-(dual a) { return {-a.value, -a.tangent}; }

  template <std::convertible_to<V> S>
  friend dual operator+(dual a, S b) {
    return {a.value + detail::constant<V>(b), a.tangent};
  }
  template <std::convertible_to<V> S>
  friend dual operator+(S a, dual b) {
    return {detail::constant<V>(a) + b.value, b.tangent};
  }
  template <std::convertible_to<V> S>
  friend dual operator-(dual a, S b) {
    return {a.value - detail::constant<V>(b), a.tangent};
  }
  template <std::convertible_to<V> S>
  friend dual operator-(S a, dual b) {
    return {detail::constant<V>(a) - b.value, -b.tangent};
  }
  template <std::convertible_to<V> S>
  friend dual operator*(dual a, S b) {
    V const factor = detail::constant<V>(b);
    return {a.value * factor, a.tangent * factor};
  }
  template <std::convertible_to<V> S>
  friend dual operator*(S a, dual b) {
    return b * a;
  }
  template <std::convertible_to<V> S>
  friend dual operator/(dual a, S b) {
    V const divisor = detail::constant<V>(b);
    return {a.value / divisor, a.tangent / divisor};
  }
  template <std::convertible_to<V> S>
  friend dual operator/(S a, dual b) {
    V const quotient = detail::constant<V>(a) / b.value;
    return {quotient, -quotient * b.tangent / b.value};
  }

  friend mask operator<(dual a, dual b) { return a.value < b.value; }
  friend mask operator<=(dual a, dual b) { return a.value <= b.value; }
  friend mask operator>(dual a, dual b) { return a.value > b.value; }
  friend mask operator>=(dual a, dual b) { return a.value >= b.value; }
  friend mask operator==(dual a, dual b) { return a.value == b.value; }
  friend mask operator!=(dual a, dual b) { return a.value != b.value; }

  /// a·b + c.
  [[nodiscard]] friend dual fma(dual a, dual b, dual c) {
    return {fma(a.value, b.value, c.value),
            fma(a.value, b.tangent, fma(a.tangent, b.value, c.tangent))};
  }
  template <std::convertible_to<V> S>
  [[nodiscard]] friend dual fma(dual a, S b, dual c) {
    V const factor = detail::constant<V>(b);
    return {fma(a.value, factor, c.value), fma(a.tangent, factor, c.tangent)};
  }
  template <std::convertible_to<V> S>
  [[nodiscard]] friend dual fma(S a, dual b, dual c) {
    return fma(b, a, c);
  }
  template <std::convertible_to<V> S>
  [[nodiscard]] friend dual fma(dual a, dual b, S c) {
    return {fma(a.value, b.value, detail::constant<V>(c)),
            fma(a.value, b.tangent, a.tangent * b.value)};
  }
  template <std::convertible_to<V> S, std::convertible_to<V> R>
  [[nodiscard]] friend dual fma(dual a, S b, R c) {
    V const factor = detail::constant<V>(b);
    return {fma(a.value, factor, detail::constant<V>(c)), a.tangent * factor};
  }
  template <std::convertible_to<V> S, std::convertible_to<V> R>
  [[nodiscard]] friend dual fma(S a, dual b, R c) {
    return fma(b, a, c);
  }
  /// c - a·b.
  [[nodiscard]] friend dual fnma(dual a, dual b, dual c) { return fma(-a, b, c); }

  [[nodiscard]] friend dual exp(dual a) {
    using simd::exp;
    V const y = exp(a.value);
    return {y, y * a.tangent};
  }
  [[nodiscard]] friend dual log(dual a) {
    using simd::log;
    return {log(a.value), a.tangent / a.value};
  }
  [[nodiscard]] friend dual tanh(dual a) {
    using simd::tanh;
    V const y = tanh(a.value);
    return {y, (V(1) - y * y) * a.tangent};
  }
  [[nodiscard]] friend dual sigmoid(dual a) {
    using simd::sigmoid;
    V const y = sigmoid(a.value);
    return {y, (y - y * y) * a.tangent};
  }
  /// The tangent at 0 is infinite (NaN where the direction is 0).
  [[nodiscard]] friend dual sqrt(dual a) {
    using std::sqrt;
    V const y = sqrt(a.value);
    return {y, V(0.5F) * a.tangent / y};
  }
  [[nodiscard]] friend dual asinh(dual a) {
    using std::asinh;
    using std::sqrt;
    return {asinh(a.value), a.tangent / sqrt(fma(a.value, a.value, V(1)))};
  }
  [[nodiscard]] friend dual sin(dual a) {
    using std::cos;
    using std::sin;
    return {sin(a.value), cos(a.value) * a.tangent};
  }
  [[nodiscard]] friend dual cos(dual a) {
    using std::cos;
    using std::sin;
    return {cos(a.value), -sin(a.value) * a.tangent};
  }
  [[nodiscard]] friend dual erf(dual a) {
    using simd::exp;
    using std::erf;
    V const slope =
        detail::constant<V>(1.1283791670955126) * exp(-a.value * a.value);  // 2/√π e^-x²
    return {erf(a.value), slope * a.tangent};
  }
  [[nodiscard]] friend dual abs(dual a) {
    using std::abs;
    V const zero(0);
    V const slope = select(a.value > zero, V(1), select(a.value < zero, V(-1), zero));
    return {abs(a.value), slope * a.tangent};
  }

  /// m ? a : b, lane by lane, values and tangents alike.
  [[nodiscard]] friend dual select(mask m, dual a, dual b) {
    return {select(m, a.value, b.value), select(m, a.tangent, b.tangent)};
  }
  [[nodiscard]] friend dual min(dual a, dual b) { return select(a < b, a, b); }
  [[nodiscard]] friend dual max(dual a, dual b) { return select(a > b, a, b); }
  /// True where neither the value nor the tangent is infinite or NaN.
  [[nodiscard]] friend mask is_finite(dual a) { return is_finite(a.value) && is_finite(a.tangent); }

  /// The dual number of one lane.
  [[nodiscard]] auto get(std::size_t lane) const {
    using element = decltype(value.get(lane));
    return dual<element>{value.get(lane), tangent.get(lane)};
  }
  /// Sum of the lanes.
  [[nodiscard]] friend auto lane_sum(dual a) {
    using element = decltype(lane_sum(a.value));
    return dual<element>{lane_sum(a.value), lane_sum(a.tangent)};
  }
  /// The lane with the largest value (the first of them), with its tangent.
  [[nodiscard]] friend auto lane_max(dual a) {
    auto most = a.get(0);
    for (std::size_t lane = 1; lane < dual::size; ++lane) {
      auto const other = a.get(lane);
      if (most < other) most = other;
    }
    return most;
  }
};

}  // namespace halo::autodiff

#include <halo/macros_back.hpp>
