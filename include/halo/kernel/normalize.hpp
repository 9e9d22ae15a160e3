// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>

#include <halo/simd/pointer.hpp>
#include <halo/simd/reduce.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

namespace detail {

/// Σ f(chunk) over n elements, in the order of simd::sum.
template <class Arch, class P, class F>
[[nodiscard]] inline simd::element_of<P> sum_chunks(std::size_t n, F const& f) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  V total[4] = {V(0), V(0), V(0), V(0)};
  simd::detail::fold_chunks<simd::scalar_of<P>, Arch>(
      n, total, [&](auto chunk, V t) { return t + f(chunk); });
  return lane_sum((total[0] + total[1]) + (total[2] + total[3]));
}

}  // namespace detail

/// Layer normalisation of rows [Ba et al. 2016, eq. 3 and 4].
///
/// z_ij = (x_ij - mean_i) · scale_i,  y_ij = gain_j z_ij + bias_j,
/// mean_i = Σ_j x_ij / n,  scale_i = 1 / √(Σ_j (x_ij - mean_i)² / n + epsilon)
/// (epsilon inside the root and the variance divided by n, as in PyTorch). The variance is taken
/// around the mean, in a second walk over the row, so that a large mean costs no digits. A row's
/// result does not depend on its neighbours; a row with a NaN or an infinity becomes NaN.
///
/// @param x            rows by n, row-major
/// @param gain, bias   n elements
/// @param y            as x; may be x
/// @param mean, scale  one a row, for the backward pass
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
void normalize_forward(std::size_t rows, std::size_t n, simd::const_of<P> x, simd::const_of<P> gain,
                       simd::const_of<P> bias, simd::scalar_of<P> epsilon, P y, P mean,
                       P scale) noexcept {
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using simd::write_element;
  using std::sqrt;
  if (n == 0) return;
  T const share = T(1) / static_cast<T>(n);
  for (std::size_t i = 0; i < rows; ++i, x += n, y += n) {
    E const m = simd::sum<Arch>(n, x) * E(share);
    V const center = simd::broadcast<V>(m);
    E const square = detail::sum_chunks<Arch, P>(n, [&](auto chunk) {
      V const d = chunk.fill(chunk.load(x) - center, T(0));
      return d * d;
    });
    E const s = E(1) / sqrt(square * E(share) + E(epsilon));
    V const factor = simd::broadcast<V>(s);
    simd::for_each_chunk<T, Arch>(n, [&](auto chunk) {
      V const z = (chunk.load(x) - center) * factor;
      chunk.store(y, fma(chunk.load(gain), z, chunk.load(bias)));
    });
    write_element(mean, i, m);
    write_element(scale, i, s);
  }
}

/// dL/dx of normalize_forward.
///
/// dx_ij = scale_i (g_ij - Σ_k g_ik / n - z_ij Σ_k g_ik z_ik / n),  g_ij = gain_j dy_ij
///
/// @param x, mean, scale  of the forward pass
/// @param dx              as x; may be dy
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
void normalize_backward(std::size_t rows, std::size_t n, simd::const_of<P> x,
                        simd::const_of<P> gain, simd::const_of<P> mean, simd::const_of<P> scale,
                        simd::const_of<P> dy, P dx) noexcept {
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using simd::read_element;
  if (n == 0) return;
  T const share = T(1) / static_cast<T>(n);
  for (std::size_t i = 0; i < rows; ++i, x += n, dy += n, dx += n) {
    E const s = read_element(scale, i);
    V const center = simd::broadcast<V>(E(read_element(mean, i)));
    V const factor = simd::broadcast<V>(s);
    auto const z = [&](auto chunk) { return (chunk.load(x) - center) * factor; };
    auto const g = [&](auto chunk) { return chunk.load(gain) * chunk.load(dy); };
    E const sum = detail::sum_chunks<Arch, P>(n, g);  // dy is 0 in missing lanes
    E const slope = detail::sum_chunks<Arch, P>(n, [&](auto chunk) { return g(chunk) * z(chunk); });
    V const shift = simd::broadcast<V>(sum * E(share));
    V const tilt = simd::broadcast<V>(slope * E(share));
    simd::for_each_chunk<T, Arch>(
        n, [&](auto chunk) { chunk.store(dx, factor * (g(chunk) - shift - z(chunk) * tilt)); });
  }
}

/// dL/dgain and dL/dbias of normalize_forward.
///
/// dgain_j ← Σ_i dy_ij z_ij,  dbias_j ← Σ_i dy_ij, each from the first row to the last.
///
/// @param dgain, dbias  n elements; must not overlap x or dy
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
void normalize_gradient(std::size_t rows, std::size_t n, simd::const_of<P> x,
                        simd::const_of<P> mean, simd::const_of<P> scale, simd::const_of<P> dy,
                        P dgain, P dbias) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using simd::read_element;
  simd::for_each_chunk<simd::scalar_of<P>, Arch>(n, [&](auto chunk) {
    auto const target = chunk;
    V gain(0), bias(0);
    for (std::size_t i = 0; i < rows; ++i, chunk.begin += n) {
      V const center = simd::broadcast<V>(read_element(mean, i));
      V const factor = simd::broadcast<V>(read_element(scale, i));
      V const d = chunk.load(dy);
      gain += d * ((chunk.load(x) - center) * factor);
      bias += d;
    }
    target.store(dgain, gain);
    target.store(dbias, bias);
  });
}

}  // namespace halo::kernel
