// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <type_traits>

#include <halo/autodiff/dual.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::autodiff {

/// The dual number at a position of two planes, to be read like one and assigned to: what T& is to
/// numbers.
template <class T>
struct planar_reference : dual<T> {
  /// Refers to one element of both planes.
  planar_reference(T& values, T& tangents) noexcept
      : dual<T>(values, tangents), value_(&values), tangent_(&tangents) {}
  /// Refers to the same element.
  planar_reference(planar_reference const&) = default;
  /// Writes the number of another element, not the reference.
  planar_reference const& operator=(planar_reference const& v) const noexcept {
    return *this = static_cast<dual<T> const&>(v);
  }
  /// Writes a value and its derivative.
  planar_reference const& operator=(dual<T> v) const noexcept {
    *value_ = v.value;
    *tangent_ = v.tangent;
    return *this;
  }
  planar_reference const& operator+=(dual<T> v) const noexcept { return *this = *this + v; }
  planar_reference const& operator-=(dual<T> v) const noexcept { return *this = *this - v; }
  planar_reference const& operator*=(dual<T> v) const noexcept { return *this = *this * v; }
  planar_reference const& operator/=(dual<T> v) const noexcept { return *this = *this / v; }

 private:
  T *value_, *tangent_;
};

/// Points to dual numbers that lie as two planes, all values and all tangents, so that both fill
/// whole registers: what T* is to numbers, this is to dual numbers.
///
/// A null tangent in a planar<T const> reads as "all tangents are zero" (a data batch, a constant
/// parameter); only planes with a tangent can be written. Two pointers; copies share the planes.
template <class T>
struct planar {
  T* value = nullptr;
  T* tangent = nullptr;

  planar() = default;
  /// No planes.
  planar(std::nullptr_t) noexcept {}
  /// Two planes of equally many numbers.
  planar(T* values, T* tangents) noexcept : value(values), tangent(tangents) {}
  /// Writable planes may be read.
  template <class U>
  planar(planar<U> other) noexcept
    requires(std::is_same_v<T, U const>)
      : value(other.value), tangent(other.tangent) {}

  /// The planes from element offset on; a null tangent stays null.
  friend planar operator+(planar p, std::size_t offset) noexcept {
    return {p.value + offset, p.tangent == nullptr ? nullptr : p.tangent + offset};
  }
  planar& operator+=(std::size_t offset) noexcept { return *this = *this + offset; }

  /// The element at position i: a number where it is only read, else something to assign to as
  /// well.
  [[nodiscard]] auto operator[](std::size_t i) const noexcept {
    if constexpr (std::is_const_v<T>)
      return read_element(*this, i);
    else
      return planar_reference<T>(value[i], tangent[i]);
  }

  /// Whether there are planes.
  explicit operator bool() const noexcept { return value != nullptr; }
  friend bool operator==(planar p, std::nullptr_t) noexcept { return p.value == nullptr; }
  friend bool operator==(planar a, planar b) noexcept {
    return a.value == b.value && a.tangent == b.tangent;
  }

  /// The element at position i, by value.
  [[nodiscard]] friend dual<std::remove_const_t<T>> read_element(planar p, std::size_t i) noexcept {
    return {p.value[i], p.tangent == nullptr ? T(0) : p.tangent[i]};
  }
  /// Sets the element at position i.
  friend void write_element(planar p, std::size_t i, dual<T> v) noexcept
    requires(!std::is_const_v<T>)
  {
    p.value[i] = v.value;
    p.tangent[i] = v.tangent;
  }

  /// A register of values and a register of tangents.
  template <class Chunk>
  [[nodiscard]] friend auto load_chunk(planar p, Chunk chunk) noexcept {
    using V = typename Chunk::register_type;
    return dual<V>(chunk.load(static_cast<T const*>(p.value)),
                   p.tangent == nullptr ? V(T(0)) : chunk.load(static_cast<T const*>(p.tangent)));
  }
  /// Writes a chunk's values and derivatives to their planes.
  template <class Chunk>
  friend void store_chunk(planar p, Chunk chunk, dual<typename Chunk::register_type> v) noexcept
    requires(!std::is_const_v<T>)
  {
    chunk.store(p.value, v.value);
    chunk.store(p.tangent, v.tangent);
  }
};

/// N dual numbers as two planes inside the object, each aligned to a cache line, zero at the start.
template <class T, std::size_t N>
class planes {
 public:
  [[nodiscard]] static constexpr std::size_t size() noexcept { return N; }
  [[nodiscard]] planar<T> data() noexcept { return {value_.data(), tangent_.data()}; }
  [[nodiscard]] planar<T const> data() const noexcept { return {value_.data(), tangent_.data()}; }

 private:
  aligned_array<T, N> value_;
  aligned_array<T, N> tangent_;
};

namespace detail {

template <class S, std::size_t N>
struct storage_of {
  using type = aligned_array<S, N>;
};
template <class T, std::size_t N>
struct storage_of<dual<T>, N> {
  using type = planes<T, N>;
};

}  // namespace detail

/// Where N scalars S lie: an aligned array, or two planes where S is dual. data() points to them.
template <class S, std::size_t N>
using storage = typename detail::storage_of<S, N>::type;

}  // namespace halo::autodiff

namespace halo::simd {

/// The functions of simd/math.hpp on dual numbers under the same names, so that simd::exp(x[i]) is
/// right for whatever x points to.
template <class V>
[[nodiscard]] inline autodiff::dual<V> exp(autodiff::dual<V> const& a) {
  return exp(a);  // dual's own
}
template <class V>
[[nodiscard]] inline autodiff::dual<V> log(autodiff::dual<V> const& a) {
  return log(a);
}
template <class V>
[[nodiscard]] inline autodiff::dual<V> tanh(autodiff::dual<V> const& a) {
  return tanh(a);
}
template <class V>
[[nodiscard]] inline autodiff::dual<V> sigmoid(autodiff::dual<V> const& a) {
  return sigmoid(a);
}
template <class V>
[[nodiscard]] inline autodiff::dual<V> asinh(autodiff::dual<V> const& a) {
  return asinh(a);
}

/// Planes of dual numbers as a pointer.
template <class T>
struct pointer_traits<autodiff::planar<T>> {
  using scalar = std::remove_const_t<T>;
  using element = autodiff::dual<scalar>;
  template <class Arch>
  using register_of = autodiff::dual<batch<scalar, Arch>>;
  using const_pointer = autodiff::planar<scalar const>;
  using mutable_pointer = autodiff::planar<scalar>;
};

}  // namespace halo::simd
