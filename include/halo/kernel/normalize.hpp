// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include <halo/simd/pointer.hpp>
#include <halo/simd/reduce.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

namespace detail {

/// Σ f(chunk) over n elements, in the order of simd::sum.
template <class Arch, class P, class F>
[[nodiscard]] inline simd::element_of<P> sum_chunks(std::size_t n, F const& f) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  return lane_sum(simd::detail::sum_chunks<simd::scalar_of<P>, Arch, V>(
      n, [&](auto chunk, V t) { return t + f(chunk); }));
}

/// 1 / √(square + epsilon), NaN where the squares have overflowed: 0 would make a row its bias.
template <class E, class T>
[[nodiscard]] inline E inverse_deviation(E square, T epsilon) noexcept {
  using std::sqrt;
  constexpr T largest = std::numeric_limits<T>::max(), nan = std::numeric_limits<T>::quiet_NaN();
  return E(square <= E(largest) ? T(1) : nan) / sqrt(square + E(epsilon));
}

/// What becomes z of one row: (x - first - mean) · scale.
template <class V, class P>
struct normalized_row {
  using C = simd::const_of<P>;
  C x;
  V first, mean, scale;

  /// @param begin  x of the row; mean and scale of row i
  normalized_row(C begin, C means, C scales, std::size_t i) noexcept
      : x(begin),
        first(simd::broadcast<V>(read(begin, 0))),
        mean(simd::broadcast<V>(read(means, i))),
        scale(simd::broadcast<V>(read(scales, i))) {}
  template <class Chunk>
  [[nodiscard]] V z(Chunk chunk) const noexcept {
    return (V(chunk.load(x)) - first - mean) * scale;
  }

 private:
  [[nodiscard]] static simd::element_of<P> read(C p, std::size_t i) noexcept {
    using simd::read_element;
    return read_element(p, i);
  }
};

}  // namespace detail

/// Layer normalisation of rows [Ba et al. 2016, eq. 3 and 4].
///
/// z_ij = (x_ij - mean_i) · scale_i,  y_ij = gain_j z_ij + bias_j,
/// mean_i = Σ_j x_ij / n,  scale_i = 1 / √(Σ_j (x_ij - mean_i)² / n + epsilon)
/// (epsilon inside the root and the variance divided by n, as in PyTorch). Both are taken of x_ij -
/// x_i0, the variance around the mean in a second walk over the row, so that a large mean costs no
/// digits. A row's result does not depend on its neighbours; a row with a NaN or an infinity
/// becomes NaN, and so does one whose squares overflow (float: |x_ij - mean_i| above some 1e19 /
/// √n).
///
/// @param x            rows by n, row-major
/// @param gain, bias   n elements
/// @param y            as x; may be x
/// @param mean, scale  one a row, for the backward pass: mean_i - x_i0 and scale_i
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
void normalize_forward(std::size_t rows, std::size_t n, simd::const_of<P> x, simd::const_of<P> gain,
                       simd::const_of<P> bias, simd::scalar_of<P> epsilon, P y, P mean,
                       P scale) noexcept {
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using simd::read_element;
  using simd::write_element;
  if (n == 0) return;
  T const share = T(1) / static_cast<T>(n);
  for (std::size_t i = 0; i < rows; ++i, x += n, y += n) {
    V const first = simd::broadcast<V>(E(read_element(x, 0)));
    auto const off = [&](auto chunk) { return chunk.fill(V(chunk.load(x)) - first, T(0)); };
    E const m = detail::sum_chunks<Arch, P>(n, off) * E(share);
    V const center = simd::broadcast<V>(m);
    E const square = detail::sum_chunks<Arch, P>(n, [&](auto chunk) {
      V const d = chunk.fill(off(chunk) - center, T(0));
      return d * d;
    });
    E const s = detail::inverse_deviation(square * E(share), epsilon);
    V const factor = simd::broadcast<V>(s);
    simd::for_each_chunk<T, Arch>(n, [&](auto chunk) {
      V const z = (V(chunk.load(x)) - first - center) * factor;
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
  if (n == 0) return;
  T const share = T(1) / static_cast<T>(n);
  for (std::size_t i = 0; i < rows; ++i, x += n, dy += n, dx += n) {
    detail::normalized_row<V, P> const row(x, mean, scale, i);
    auto const z = [&](auto chunk) { return row.z(chunk); };
    auto const g = [&](auto chunk) { return chunk.load(gain) * chunk.load(dy); };
    E const sum = detail::sum_chunks<Arch, P>(n, g);  // dy is 0 in missing lanes
    E const slope = detail::sum_chunks<Arch, P>(n, [&](auto chunk) { return g(chunk) * z(chunk); });
    V const shift = simd::broadcast<V>(sum * E(share));
    V const tilt = simd::broadcast<V>(slope * E(share));
    simd::for_each_chunk<T, Arch>(
        n, [&](auto chunk) { chunk.store(dx, row.scale * (g(chunk) - shift - z(chunk) * tilt)); });
  }
}

/// dL/dgain and dL/dbias of normalize_forward.
///
/// dgain_j ← Σ_i dy_ij z_ij,  dbias_j ← Σ_i dy_ij, 64 rows at a time.
///
/// @param dgain, dbias  n elements; must not overlap x or dy
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
void normalize_gradient(std::size_t rows, std::size_t n, simd::const_of<P> x,
                        simd::const_of<P> mean, simd::const_of<P> scale, simd::const_of<P> dy,
                        P dgain, P dbias) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  simd::for_each_chunk<simd::scalar_of<P>, Arch>(n, [&](auto chunk) {
    auto const target = chunk;
    V gain(0), bias(0);
    for (std::size_t i = 0; i < rows;) {
      V gain_part(0), bias_part(0);
      for (std::size_t const end = rows - i < 64 ? rows : i + 64; i < end; ++i, chunk.begin += n) {
        detail::normalized_row<V, P> const row(x + i * n, mean, scale, i);
        V const d = chunk.load(dy);
        auto at = chunk;
        at.begin = target.begin;
        gain_part += d * row.z(at);
        bias_part += d;
      }
      gain += gain_part;
      bias += bias_part;
    }
    target.store(dgain, gain);
    target.store(dbias, bias);
  });
}

}  // namespace halo::kernel
