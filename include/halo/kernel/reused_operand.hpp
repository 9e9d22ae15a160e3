// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include <halo/kernel/gemm.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::kernel {

/// B of many products C ← [0 | C | bias] + A·B that follow each other, as the steps of a recurrent
/// layer: copied once to the room, where gemm would copy it for each, if it fits a block of gemm's
/// (96 KB with AVX-512) and the room; else, and on planes of dual numbers, gemm is called for each.
///
/// Has the bits of gemm, but for few rows with a transposed B, which gemm sums in another order.
template <class P, class Arch = simd::default_arch>
class reused_operand {
 public:
  /// P for reading.
  using C = simd::const_of<P>;

  /// @param n, k  B is k by n after transposition
  reused_operand(std::size_t n, std::size_t k, operand<C> b, room lent = {}) noexcept
      : n_(n), k_(k), b_(b), rest_(lent) {}

  /// The room that is left for others.
  [[nodiscard]] room rest() const noexcept { return rest_; }

  /// C ← [0 | C | bias] + A·B for an A of m rows; rows of C are ldc apart.
  void multiply(std::size_t m, operand<C> a, P c, std::size_t ldc, start from = start::zero,
                C bias = C{}) const noexcept {
    gemm<Arch>(m, n_, k_, a, b_, c, ldc, from, bias, no_activation{}, rest_);
  }

 private:
  std::size_t n_, k_;
  operand<C> b_;
  room rest_;
};

/// On plain numbers, where B is copied if it fits.
template <class T, class Arch>
class reused_operand<T*, Arch> {
 public:
  /// B is k by n after transposition; the room must outlive this.
  reused_operand(std::size_t n, std::size_t k, operand<T const*> b, room lent = {}) noexcept
      : n_(n), k_(k), b_(b), rest_(lent) {
    std::size_t const size = copied(n, k);
    std::span<T> const numbers = detail::numbers_in<T>(lent);
    if (size == 0 || numbers.size() < size) return;
    rest_ = detail::behind<T>(lent, size);
    packed_ = numbers.data();
    T* to = packed_;
    for_each_panel([&](std::size_t j, std::size_t columns, std::size_t wide) {
      if (b.transposed)
        detail::pack_transposed<T, Arch>(b.data + j * b.stride, b.stride, k, columns, to);
      else
        detail::pack_rows<T, Arch>(b.data + j, b.stride, k, columns, to);
      to += k * wide * tile::lanes;
    });
  }

  /// The room that is left for others.
  [[nodiscard]] room rest() const noexcept { return rest_; }

  /// Numbers that the copy takes, 0 where it would not fit or gemm would sum more than one chain.
  [[nodiscard]] static constexpr std::size_t copied(std::size_t n, std::size_t k) noexcept {
    std::size_t const size = (n + tile::lanes - 1) / tile::lanes * tile::lanes * k;
    return k <= detail::chain && size <= detail::blocking<T, Arch>::scratch ? size : 0;
  }

  /// C ← [0 | C | bias] + A·B for an A of m rows; rows of C are ldc apart.
  void multiply(std::size_t m, operand<T const*> a, T* c, std::size_t ldc, start from = start::zero,
                T const* bias = nullptr) const noexcept {
    if (packed_ == nullptr)
      return gemm<Arch>(m, n_, k_, a, b_, c, ldc, from, bias, no_activation{}, rest_);
    if (m == 0) return;
    T const* const begin = from == start::zero ? nullptr : from == start::target ? c : bias;
    std::size_t const a_row = a.transposed ? 1 : a.stride, a_step = a.transposed ? a.stride : 1;
    T const* packed = packed_;
    for_each_panel([&](std::size_t j, std::size_t columns, std::size_t wide) {
      std::size_t const width = wide * tile::lanes;
      detail::tile_task<T> const task{.depth = k_,
                                      .a = a.data,
                                      .a_row = a_row,
                                      .a_step = a_step,
                                      .b = packed,
                                      .b_step = width,
                                      .c = c + j,
                                      .c_row = ldc,
                                      .from = begin == nullptr ? nullptr : begin + j,
                                      .from_row = from == start::target ? ldc : 0,
                                      .last = columns - (wide - 1) * tile::lanes};
      detail::multiply_column<T, Arch>(task, m, wide);
      packed += k_ * width;
    });
  }

 private:
  using tile = detail::tile_shape<T, Arch>;

  [[nodiscard]] std::size_t vectors() const noexcept {
    return (n_ + tile::lanes - 1) / tile::lanes;
  }

  /// Calls body(first column, columns, registers) for panels of equal width, the wider ones first.
  template <class Body>
  void for_each_panel(Body&& body) const noexcept {
    std::size_t const panels = (vectors() + tile::vectors - 1) / tile::vectors;
    for (std::size_t p = 0, j = 0; p < panels; ++p) {
      std::size_t const wide = detail::part_size(vectors(), panels, p);
      std::size_t const left = n_ - j, width = wide * tile::lanes;
      body(j, left < width ? left : width, wide);
      j += width;
    }
  }

  T* packed_ = nullptr;
  std::size_t n_, k_;
  operand<T const*> b_;
  room rest_;
};

/// Bytes of room that a reused_operand wants, or where it does not copy, gemm.
template <class T, class Arch = simd::default_arch>
[[nodiscard]] constexpr std::size_t reused_room(std::size_t n, std::size_t k,
                                                bool transposed) noexcept {
  std::size_t const size = reused_operand<T*, Arch>::copied(n, k);
  return size > 0 ? detail::bytes_for<T>(size) : gemm_room<T, Arch>(n, k, transposed);
}

}  // namespace halo::kernel
