// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/kernel/gemm.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::kernel {

/// B of many products C ← [0 | C | bias] + A·B that follow each other, as the steps of a recurrent
/// layer: copied once to the stack, where gemm would copy it for each, if it fits the 96 KB (with
/// AVX-512) that gemm takes; else, and on planes of dual numbers, gemm is called for each.
///
/// The room is inside the object: while one is alive, gemm's own comes on top of it on the stack.
/// Has the bits of gemm, but for few rows with a transposed B, which gemm sums in another order.
template <class P, class Arch = simd::default_arch>
class reused_operand {
 public:
  using C = simd::const_of<P>;

  /// @param n, k  B is k by n after transposition
  reused_operand(std::size_t n, std::size_t k, operand<C> b) noexcept : n_(n), k_(k), b_(b) {}

  void multiply(std::size_t m, operand<C> a, P c, std::size_t ldc, start from = start::zero,
                C bias = C{}) const noexcept {
    gemm<Arch>(m, n_, k_, a, b_, c, ldc, from, bias);
  }

 private:
  std::size_t n_, k_;
  operand<C> b_;
};

template <class T, class Arch>
class reused_operand<T*, Arch> {
 public:
  reused_operand(std::size_t n, std::size_t k, operand<T const*> b) noexcept : n_(n), k_(k), b_(b) {
    if (!fits()) return;
    T* to = packed_;
    for_each_panel([&](std::size_t j, std::size_t columns, std::size_t wide) {
      if (b.transposed)
        detail::pack_transposed<T, Arch>(b.data + j * b.stride, b.stride, k, columns, to);
      else
        detail::pack_rows<T, Arch>(b.data + j, b.stride, k, columns, to);
      to += k * wide * tile::lanes;
    });
  }

  void multiply(std::size_t m, operand<T const*> a, T* c, std::size_t ldc, start from = start::zero,
                T const* bias = nullptr) const noexcept {
    if (!fits()) return gemm<Arch>(m, n_, k_, a, b_, c, ldc, from, bias);
    if (m == 0) return;
    T const* const begin = from == start::zero ? nullptr : from == start::target ? c : bias;
    std::size_t const a_row = a.transposed ? 1 : a.stride, a_step = a.transposed ? a.stride : 1;
    T const* packed = packed_;
    for_each_panel([&](std::size_t j, std::size_t columns, std::size_t wide) {
      std::size_t const width = wide * tile::lanes;
      detail::tile_task<T> const task{k_,
                                      a.data,
                                      a_row,
                                      a_step,
                                      packed,
                                      width,
                                      c + j,
                                      ldc,
                                      begin == nullptr ? nullptr : begin + j,
                                      from == start::target ? ldc : 0,
                                      columns - (wide - 1) * tile::lanes};
      detail::multiply_column<T, Arch>(task, m, wide);
      packed += k_ * width;
    });
  }

 private:
  using tile = detail::tiling<T, Arch>;
  static constexpr std::size_t room = detail::blocking<T, Arch>::scratch;

  [[nodiscard]] std::size_t vectors() const noexcept {
    return (n_ + tile::lanes - 1) / tile::lanes;
  }
  [[nodiscard]] bool fits() const noexcept { return vectors() * tile::lanes * k_ <= room; }

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

  alignas(64) T packed_[room];
  std::size_t n_, k_;
  operand<T const*> b_;
};

}  // namespace halo::kernel
