// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <type_traits>

#include <halo/autodiff/planar.hpp>
#include <halo/core/assert.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::autodiff {

namespace detail {

/// C.t ← [0 | C.t | bias.t] + A.t·B.v + A.v·B.t, products with a zero tangent left out.
template <class Arch, class T>
void gemm_tangent(std::size_t m, std::size_t n, std::size_t k, kernel::operand<planar<T const>> a,
                  kernel::operand<planar<T const>> b, planar<T> c, std::size_t ldc,
                  kernel::start from, T const* bias_tangent, kernel::room lent) noexcept {
  using operand = kernel::operand<T const*>;
  operand const a_value{a.data.value, a.stride, a.transposed};
  operand const b_value{b.data.value, b.stride, b.transposed};
  if (from == kernel::start::bias && bias_tangent == nullptr) from = kernel::start::zero;
  if (a.data.tangent != nullptr) {
    operand const a_tangent{a.data.tangent, a.stride, a.transposed};
    kernel::gemm<Arch>(m, n, k, a_tangent, b_value, c.tangent, ldc, from, bias_tangent,
                       kernel::no_activation{}, lent);
    from = kernel::start::target;
  }
  if (b.data.tangent != nullptr) {
    operand const b_tangent{b.data.tangent, b.stride, b.transposed};
    kernel::gemm<Arch>(m, n, k, a_value, b_tangent, c.tangent, ldc, from, bias_tangent,
                       kernel::no_activation{}, lent);
    from = kernel::start::target;
  }
  if (from == kernel::start::target) return;
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      c.tangent[i * ldc + j] = from == kernel::start::bias ? bias_tangent[j] : T(0);
    }
  }
}

}  // namespace detail

/// C ← act([0 | C | bias] + A·B) on dual numbers: the product of the values, and for the tangents
/// A.t·B.v + A.v·B.t.
///
/// Two products more than on plain numbers, one where an operand's tangent is null, so that a
/// gradient run on duals costs about three gradients. c needs a tangent; it must not overlap a or
/// b. Found by argument-dependent lookup beside kernel::gemm, with the same parameters; act sees
/// registers of duals.
template <class Arch = simd::default_arch, class T, class Activation = kernel::no_activation>
void gemm(std::size_t m, std::size_t n, std::size_t k, kernel::operand<planar<T const>> a,
          kernel::operand<planar<T const>> b, planar<T> c, std::size_t ldc,
          kernel::start from = kernel::start::zero,
          std::type_identity_t<planar<T const>> bias = nullptr, Activation const& act = {},
          kernel::room lent = {}) noexcept {
  HALO_EXPECTS(c.tangent != nullptr, "gemm: the product of dual numbers has a tangent");
  using operand = kernel::operand<T const*>;
  kernel::gemm<Arch>(m, n, k, operand{a.data.value, a.stride, a.transposed},
                     operand{b.data.value, b.stride, b.transposed}, c.value, ldc, from, bias.value,
                     kernel::no_activation{}, lent);
  detail::gemm_tangent<Arch>(m, n, k, a, b, c, ldc, from, bias.tangent, lent);
  if constexpr (!std::is_same_v<Activation, kernel::no_activation>) {
    for (std::size_t i = 0; i < m; ++i) {
      planar<T> const row = c + i * ldc;
      simd::for_each_chunk<T, Arch>(n, [&](auto chunk) { chunk.store(row, act(chunk.load(row))); });
    }
  }
}

}  // namespace halo::autodiff
