// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A number that counts what optimizers do with registers of it: their real steps run on it.

#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/core/concepts.hpp>
#include <halo/core/cost.hpp>
#include <halo/simd/fast.hpp>
#include <halo/simd/fast_sqrt.hpp>
#include <halo/simd/math.hpp>

namespace support {

/// A float; computing with it is free, with registers of it is not.
struct counted {
  float value = 0;

  constexpr counted() = default;
  template <class S>
    requires std::is_arithmetic_v<S>
  constexpr counted(S v) : value(static_cast<float>(v)) {}
  template <class S>
    requires std::is_arithmetic_v<S>
  constexpr explicit operator S() const {
    return static_cast<S>(value);
  }
  friend constexpr counted operator+(counted a, counted b) { return a.value + b.value; }
  friend constexpr counted operator-(counted a, counted b) { return a.value - b.value; }
  friend constexpr counted operator*(counted a, counted b) { return a.value * b.value; }
  friend constexpr counted operator/(counted a, counted b) { return a.value / b.value; }
  friend constexpr counted operator-(counted a) { return -a.value; }
  constexpr counted& operator*=(counted b) { return *this = *this * b; }
  constexpr counted& operator+=(counted b) { return *this = *this + b; }
  friend counted fma(counted a, counted b, counted c) { return a * b + c; }
  friend counted sqrt(counted a) { return std::sqrt(a.value); }
  friend counted abs(counted a) { return std::abs(a.value); }
  friend constexpr auto operator<=>(counted, counted) = default;
};

/// What registers did since it was set to nothing.
inline halo::cost counted_cost;

inline float fused(float v) {
  ++counted_cost.multiply_adds;
  return v;
}
inline float function(float v) {
  ++counted_cost.functions;
  return v;
}

/// What a comparison of registers gives.
struct counted_mask {
  bool value;
  friend bool all(counted_mask m) { return m.value; }
  friend bool any(counted_mask m) { return m.value; }
};

}  // namespace support

template <>
inline constexpr bool halo::is_own_scalar<support::counted> = true;

template <>
struct std::numeric_limits<support::counted> : std::numeric_limits<float> {
  static constexpr support::counted max() { return std::numeric_limits<float>::max(); }
  static constexpr support::counted min() { return std::numeric_limits<float>::min(); }
  static constexpr support::counted epsilon() { return std::numeric_limits<float>::epsilon(); }
  static constexpr support::counted infinity() { return std::numeric_limits<float>::infinity(); }
};

/// One lane, in which every operation counts; loads and stores do as reads and writes.
template <class Arch>
struct halo::simd::batch<support::counted, Arch> {
  using T = support::counted;
  using value_type = T;
  using arch = Arch;
  using mask = support::counted_mask;
  static constexpr std::size_t size = 1;
  static constexpr bool is_scalar = true;
  float native;

  batch() = default;
  batch(T v) : native(v.value) {}
  explicit batch(double v) : native(static_cast<float>(v)) {}
  static batch of(float v) {
    batch b;
    b.native = v;
    return b;
  }
  static batch load(T const* p) {
    ++support::counted_cost.reads;
    return batch(*p);
  }
  void store(T* p) const {
    ++support::counted_cost.writes;
    *p = native;
  }
  static batch load_first(T const*, std::size_t) { return {}; }
  void store_first(T*, std::size_t) const {}

  friend batch operator+(batch a, batch b) { return of(support::fused(a.native + b.native)); }
  friend batch operator-(batch a, batch b) { return of(support::fused(a.native - b.native)); }
  friend batch operator*(batch a, batch b) { return of(support::fused(a.native * b.native)); }
  friend batch operator/(batch a, batch b) { return of(support::function(a.native / b.native)); }
  friend batch operator-(batch a) { return of(-a.native); }
  batch& operator+=(batch b) { return *this = *this + b; }
  batch& operator-=(batch b) { return *this = *this - b; }
  batch& operator*=(batch b) { return *this = *this * b; }
  friend mask operator<(batch a, batch b) { return {a.native < b.native}; }
  friend mask operator<=(batch a, batch b) { return {a.native <= b.native}; }
  friend mask operator>(batch a, batch b) { return {a.native > b.native}; }
  friend mask operator==(batch a, batch b) { return {a.native == b.native}; }
  friend batch fma(batch a, batch b, batch c) {
    return of(support::fused(a.native * b.native + c.native));
  }
  friend batch fnma(batch a, batch b, batch c) {
    return of(support::fused(c.native - a.native * b.native));
  }
  friend batch sqrt(batch a) { return of(support::function(std::sqrt(a.native))); }
  friend batch fast_sqrt(batch a) { return sqrt(a); }
  friend batch abs(batch a) { return of(std::abs(a.native)); }
  friend batch select(mask m, batch a, batch b) { return m.value ? a : b; }
  friend batch min(batch a, batch b) { return a.native < b.native ? a : b; }
  friend batch max(batch a, batch b) { return a.native > b.native ? a : b; }
  friend mask is_finite(batch a) { return {std::isfinite(a.native)}; }
  friend T lane_max(batch a) { return a.native; }
  friend T lane_sum(batch a) { return a.native; }
};

namespace halo::simd {

/// Functions of registers: each is one.
template <class Arch>
batch<support::counted, Arch> exp(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(std::exp(x.native)));
}
template <class Arch>
batch<support::counted, Arch> log(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(std::log(x.native)));
}
template <class Arch>
batch<support::counted, Arch> tanh(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(std::tanh(x.native)));
}
template <class Arch>
batch<support::counted, Arch> sigmoid(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(1 / (1 + std::exp(-x.native))));
}
template <class Arch>
batch<support::counted, Arch> fast_exp(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(std::exp(x.native)));
}
template <class Arch>
batch<support::counted, Arch> fast_log(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(std::log(x.native)));
}
template <class Arch>
batch<support::counted, Arch> fast_tanh(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(std::tanh(x.native)));
}
template <class Arch>
batch<support::counted, Arch> fast_sigmoid(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(1 / (1 + std::exp(-x.native))));
}
template <class Arch>
batch<support::counted, Arch> fast_inverse_sqrt(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(1 / std::sqrt(x.native)));
}
template <class Arch>
batch<support::counted, Arch> fast_asinh(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(std::asinh(x.native)));
}
template <class Arch>
batch<support::counted, Arch> asinh(batch<support::counted, Arch> x) noexcept {
  return x.of(support::function(std::asinh(x.native)));
}
template <class Arch>
batch<support::counted, Arch> fast_power(batch<support::counted, Arch> x,
                                         batch<support::counted, Arch> p) noexcept {
  return x.of(support::function(std::pow(x.native, p.native)));
}

}  // namespace halo::simd
