// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <type_traits>

#include <halo/kernel/pointwise_loss.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/reduce.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

namespace detail {

template <class T, class Arch, class Chunk, class Q>
[[nodiscard]] inline auto targets_in(Chunk chunk, Q target) noexcept {
  if constexpr (std::is_pointer_v<Q>)
    return load_targets<T, Arch>(chunk, static_cast<std::remove_pointer_t<Q> const*>(target));
  else
    return chunk.load(target);
}

}  // namespace detail

/// Mean square error over all outputs of all rows, and its gradient.
///
/// L = Σ (y - t)² / (rows · outputs),  dL/dy = 2 (y - t) / (rows · outputs)
/// (PyTorch's MSELoss with its default reduction; others halve it or sum over the outputs).
///
/// @param y         rows by outputs, row-major
/// @param target    as y; float or P's scalar, or P's planes
/// @param gradient  as y; unless null; may be y
/// @return L; 0 for no elements; NaN if any element is NaN
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P, class Q>
simd::element_of<P> mean_square(std::size_t rows, std::size_t outputs, simd::const_of<P> y,
                                Q target, P gradient) noexcept {
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  std::size_t const n = rows * outputs;
  if (n == 0) return E(0);
  T const share = T(1) / static_cast<T>(n);
  V const sum = simd::detail::sum_chunks<T, Arch, V>(n, [&](auto chunk, V t) {
    V const error = V(chunk.load(y)) - detail::targets_in<T, Arch>(chunk, target);
    if (gradient != nullptr) chunk.store(gradient, error * V(share + share));
    return t + error * error;
  });
  return lane_sum(sum) * E(share);
}

}  // namespace halo::kernel
