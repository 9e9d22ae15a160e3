// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <halo/core/concepts.hpp>
#include <halo/core/random.hpp>
#include <halo/core/shape.hpp>
#include <halo/tensor/array.hpp>

// Every function here returns a finished container: nothing is drawn or computed later.
// A shape is written {3, 4}, std::array or shape<3, 4>{}.

namespace halo::tensor {

/// An array whose elements all equal value. Allocates the result.
template <class T, std::size_t Rank>
[[nodiscard]] array<T, Rank> full(std::array<std::size_t, Rank> const& extents, T value) {
  auto result = array<T, Rank>::from_shape(extents);
  std::fill_n(result.data(), result.size(), value);
  return result;
}

/// Zeros.
template <class T, std::size_t Rank>
[[nodiscard]] array<T, Rank> zeros(std::array<std::size_t, Rank> const& extents) {
  return full(extents, T(0));
}

/// Ones.
template <class T, std::size_t Rank>
[[nodiscard]] array<T, Rank> ones(std::array<std::size_t, Rank> const& extents) {
  return full(extents, T(1));
}

/// Uniform on [low, high): low + (high - low)·u with u of generator::uniform(), in row-major order.
///
/// Computed in double, where the product of two floats is exact, so that no compiler flag changes
/// a bit of a float array. Rounding may give high itself.
template <floating T, std::size_t Rank>
[[nodiscard]] array<T, Rank> uniform(std::array<std::size_t, Rank> const& extents, generator& g,
                                     T low = T(0), T high = T(1)) {
  auto result = array<T, Rank>::from_shape(extents);
  double const from = low;
  double const width = static_cast<T>(high - low);
  for (T& x : elements(result)) x = static_cast<T>(from + width * static_cast<double>(g.uniform()));
  return result;
}

/// Normal: mean + deviation·z with z of generator::normal(), in row-major order, as in uniform().
template <floating T, std::size_t Rank>
[[nodiscard]] array<T, Rank> normal(std::array<std::size_t, Rank> const& extents, generator& g,
                                    T mean = T(0), T deviation = T(1)) {
  auto result = array<T, Rank>::from_shape(extents);
  double const center = mean;
  double const scale = deviation;
  for (T& x : elements(result))
    x = static_cast<T>(center + scale * static_cast<double>(g.normal()));
  return result;
}

// The same for extents written in braces ...
template <class T, std::size_t Rank>
[[nodiscard]] array<T, Rank> full(std::size_t const (&extents)[Rank], T value) {
  return full(std::to_array(extents), value);
}
template <class T, std::size_t Rank>
[[nodiscard]] array<T, Rank> zeros(std::size_t const (&extents)[Rank]) {
  return zeros<T>(std::to_array(extents));
}
template <class T, std::size_t Rank>
[[nodiscard]] array<T, Rank> ones(std::size_t const (&extents)[Rank]) {
  return ones<T>(std::to_array(extents));
}
template <floating T, std::size_t Rank>
[[nodiscard]] array<T, Rank> uniform(std::size_t const (&extents)[Rank], generator& g, T low = T(0),
                                     T high = T(1)) {
  return uniform<T>(std::to_array(extents), g, low, high);
}
template <floating T, std::size_t Rank>
[[nodiscard]] array<T, Rank> normal(std::size_t const (&extents)[Rank], generator& g, T mean = T(0),
                                    T deviation = T(1)) {
  return normal<T>(std::to_array(extents), g, mean, deviation);
}

// ... and for shapes that the compiler knows.
template <class T, std::size_t... Extents>
[[nodiscard]] auto full(shape<Extents...>, T value) {
  return full(shape<Extents...>::extents, value);
}
template <class T, std::size_t... Extents>
[[nodiscard]] auto zeros(shape<Extents...>) {
  return zeros<T>(shape<Extents...>::extents);
}
template <class T, std::size_t... Extents>
[[nodiscard]] auto ones(shape<Extents...>) {
  return ones<T>(shape<Extents...>::extents);
}
template <floating T, std::size_t... Extents>
[[nodiscard]] auto uniform(shape<Extents...>, generator& g, T low = T(0), T high = T(1)) {
  return uniform<T>(shape<Extents...>::extents, g, low, high);
}
template <floating T, std::size_t... Extents>
[[nodiscard]] auto normal(shape<Extents...>, generator& g, T mean = T(0), T deviation = T(1)) {
  return normal<T>(shape<Extents...>::extents, g, mean, deviation);
}

}  // namespace halo::tensor
