// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <string_view>

#include <halo/core/assert.hpp>
#include <halo/core/random.hpp>

namespace halo::learned {

/// How the untrained numbers of a weight tensor are drawn.
struct initial_draw {
  /// Which distribution; truncated: a normal one whose draws beyond two deviations are drawn
  /// again.
  enum class law : unsigned char { constant, normal, truncated, uniform };
  law kind = law::constant;  ///< the distribution
  double center = 0;         ///< its mean
  double spread = 0;         ///< standard deviation, or half the width of the uniform law
};

[[nodiscard]] constexpr initial_draw constant(double value) noexcept {
  return {initial_draw::law::constant, value, 0};
}
[[nodiscard]] constexpr initial_draw gaussian(double deviation, double mean = 0) noexcept {
  return {initial_draw::law::normal, mean, deviation};
}
/// A normal law whose draws beyond two deviations are drawn again.
[[nodiscard]] constexpr initial_draw truncated(double deviation, double mean = 0) noexcept {
  return {initial_draw::law::truncated, mean, deviation};
}
[[nodiscard]] constexpr initial_draw uniform(double half_width) noexcept {
  return {initial_draw::law::uniform, 0, half_width};
}

/// √n for the compiler [Heron].
[[nodiscard]] constexpr double square_root(std::size_t n) {
  double const x = static_cast<double>(n);
  double y = x > 1 ? x : 1;
  for (int i = 0; i < 64; ++i) y = 0.5 * (y + x / y);
  return y;
}

/// One tensor among a learned optimizer's own weights, row-major.
struct weight_info {
  std::string_view name;
  std::size_t rows = 0;       ///< inputs of a product
  std::size_t columns = 0;    ///< outputs of it
  initial_draw draw{};        ///< how untrained numbers start
  std::string_view copies{};  ///< the tensor that untrained weights are a copy of, if any
  std::size_t offset = 0;     ///< set by weight_table
  std::size_t stream = 0;     ///< of the seed; set by weight_table

  /// Numbers of the tensor.
  [[nodiscard]] constexpr std::size_t count() const noexcept { return rows * columns; }
};

namespace detail {
/// Not for the compiler: a call stops it, with this name in its message.
[[noreturn]] inline void no_tensor_of_that_name() noexcept { std::abort(); }
}  // namespace detail

/// All weights of a learned optimizer: one array, cut into named tensors. A class template that
/// makes its own in a lambda compiles with clang 14 too, which else looks into it too early.
template <std::size_t N>
struct weight_table {
  std::array<weight_info, N> entries;  ///< in the order of the array
  std::size_t size = 0;                ///< numbers in all

  /// Places the tensors one behind the other.
  /// @pre copies are of earlier tensors
  constexpr explicit weight_table(std::array<weight_info, N> const& list) : entries(list) {
    for (std::size_t k = 0; k < N; ++k) {
      weight_info& w = entries[k];
      w.offset = size;
      size += w.count();
      std::size_t original = 0;
      while (original < k && entries[original].name != w.copies) ++original;
      HALO_EXPECTS(original < k || w.copies.empty(), "weight_table: copies are of earlier tensors");
      w.stream = original;
    }
  }

  /// Where a tensor begins; a name that does not exist stops the compiler.
#if defined(__clang__) && __clang_major__ < 16  // its consteval fails in member templates
  [[nodiscard]] constexpr
#else
  [[nodiscard]] consteval
#endif
      std::size_t
      operator[](std::string_view name) const {
    for (weight_info const& w : entries) {
      if (w.name == name) return w.offset;
    }
    detail::no_tensor_of_that_name();
  }
};
template <std::size_t N>
weight_table(std::array<weight_info, N>) -> weight_table<N>;

/// One number of a law.
[[nodiscard]] inline double draw(initial_draw const& from, generator& g) noexcept {
  double x = 0;
  switch (from.kind) {
    case initial_draw::law::constant:
      return from.center;
    case initial_draw::law::uniform:
      x = 2.0 * static_cast<double>(g.uniform()) - 1.0;
      break;
    case initial_draw::law::normal:
      x = static_cast<double>(g.normal());
      break;
    case initial_draw::law::truncated:
      do x = static_cast<double>(g.normal());
      while (std::abs(x) > 2.0);
      break;
  }
  return std::fma(from.spread, x, from.center);
}

/// Draws untrained weights; tensor k uses stream k of the seed, a copy that of its original.
/// Allocates nothing.
template <std::size_t N, class T>
void initialize(weight_table<N> const& table, std::span<T> weights, seed s) noexcept {
  HALO_EXPECTS(weights.size() == table.size, "initialize: one number for every weight");
  for (weight_info const& w : table.entries) {
    generator g(s, w.stream);
    for (std::size_t i = 0; i < w.count(); ++i)
      weights[w.offset + i] = static_cast<T>(draw(w.draw, g));
  }
}

}  // namespace halo::learned

#include <halo/macros_back.hpp>
