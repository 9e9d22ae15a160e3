// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace halo {

/// What a piece of work takes whatever runs it, exact and without a clock: arithmetic, and numbers
/// that come in and go out.
///
/// multiply_adds are those of products of matrices, convolutions, norms and update rules, products
/// with the zeros beside an image among them; what is added, compared or scaled element by element
/// on the way is not. reads and writes count every number of an operand once: what a step of the
/// work leaves in scratch for the next one is not moved.
struct cost {
  std::uint64_t multiply_adds = 0;  ///< products that are added to something
  std::uint64_t functions = 0;      ///< exponentials, logarithms, tanh, σ, roots, quotients
  std::uint64_t reads = 0;          ///< numbers that come in
  std::uint64_t writes = 0;         ///< numbers that go out

  /// Numbers that cross the border, bytes where a number has so many.
  [[nodiscard]] constexpr std::uint64_t moved(std::uint64_t bytes_a_number = 1) const noexcept {
    return (reads + writes) * bytes_a_number;
  }
  /// Adds what other work takes, each count to its own.
  constexpr cost& operator+=(cost const& b) noexcept {
    multiply_adds += b.multiply_adds;
    functions += b.functions;
    reads += b.reads;
    writes += b.writes;
    return *this;
  }
  /// What both take, one after the other.
  [[nodiscard]] friend constexpr cost operator+(cost a, cost const& b) noexcept { return a += b; }
  /// The same work so many times.
  [[nodiscard]] friend constexpr cost operator*(std::uint64_t n, cost const& a) noexcept {
    return {n * a.multiply_adds, n * a.functions, n * a.reads, n * a.writes};
  }
  friend constexpr bool operator==(cost const&, cost const&) = default;
};

}  // namespace halo
