// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <cstddef>
#include <limits>

#include <halo/core/unrolled.hpp>
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

/// What becomes z of one row: (x - first) · scale + shift, shift = -mean · scale.
template <class V, class P>
struct normalized_row {
  using C = simd::const_of<P>;
  C x;
  V first, scale, shift;

  /// @param begin  x of the row; mean and scale of row i
  normalized_row(C begin, C means, C scales, std::size_t i) noexcept
      : x(begin),
        first(simd::broadcast<V>(read(begin, 0))),
        scale(simd::broadcast<V>(read(scales, i))),
        shift(simd::broadcast<V>(-read(means, i) * read(scales, i))) {}
  template <class Chunk>
  [[nodiscard]] V z(Chunk chunk) const noexcept {
    return fma(V(chunk.load(x)) - first, scale, shift);
  }

 private:
  [[nodiscard]] static simd::element_of<P> read(C p, std::size_t i) noexcept {
    using simd::read_element;
    return read_element(p, i);
  }
};

/// Two sums in one walk.
template <class V>
struct two_sums {
  V a, b;
  explicit two_sums(int = 0) noexcept : a(0), b(0) {}  // as V(0)
  two_sums(V first, V second) noexcept : a(first), b(second) {}
  friend two_sums operator+(two_sums s, two_sums t) noexcept { return {s.a + t.a, s.b + t.b}; }
  two_sums& operator+=(two_sums t) noexcept { return *this = *this + t; }
};

/// normalize_gradient of Count chunks behind one another.
template <class Arch, std::size_t Count, class P, class Chunk>
inline void normalize_columns(std::size_t rows, std::size_t n, simd::const_of<P> x,
                              simd::const_of<P> mean, simd::const_of<P> scale, simd::const_of<P> dy,
                              P dgain, P dbias, Chunk first) noexcept {
  using R = typename Chunk::register_type;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  auto const at = [&](std::size_t u) {
    Chunk chunk = first;
    chunk.begin += u * R::size;
    return chunk;
  };
  two_sums<V> total[Count];
  for (std::size_t i = 0; i < rows;) {
    two_sums<V> part[Count];
    for (std::size_t const end = rows - i < 64 ? rows : i + 64; i < end; ++i) {
      normalized_row<V, P> const row(x + i * n, mean, scale, i);
      unrolled<Count>([&](std::size_t u) {
        V const d = at(u).load(dy + i * n);
        part[u] = {fma(d, row.z(at(u)), part[u].a), part[u].b + d};
      });
    }
    unrolled<Count>([&](std::size_t u) { total[u] += part[u]; });
  }
  unrolled<Count>([&](std::size_t u) {
    at(u).store(dgain, total[u].a);
    at(u).store(dbias, total[u].b);
  });
}

}  // namespace detail

/// Layer normalisation of rows [Ba et al. 2016, eq. 3 and 4].
///
/// z_ij = (x_ij - mean_i) · scale_i,  y_ij = gain_j z_ij + bias_j,
/// mean_i = Σ_j x_ij / n,  scale_i = 1 / √(Σ_j (x_ij - mean_i)² / n + epsilon)
/// (epsilon inside the root and the variance divided by n, as in PyTorch). Both are taken of x_ij -
/// x_i0, so that a large mean costs no digits, in one walk: Σ d² / n - (Σ d / n)²; in a second one,
/// around the mean, where x_i0 lies more than some 4 deviations from it and the difference would
/// lose digits. A row's result does not depend on its neighbours; a row with a NaN or an infinity
/// becomes NaN, and so does one whose squares overflow (float: |x_ij - mean_i| above some 1e19 /
/// √n).
///
/// @param x            rows by n, row-major
/// @param gain, bias   n elements
/// @param y            as x; may be x
/// @param mean, scale  one a row, for the backward pass: mean_i - x_i0 and scale_i
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
[[gnu::always_inline]] inline void normalize_forward(std::size_t rows, std::size_t n,
                                                     simd::const_of<P> x, simd::const_of<P> gain,
                                                     simd::const_of<P> bias,
                                                     simd::scalar_of<P> epsilon, P y, P mean,
                                                     P scale) noexcept {
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using two = detail::two_sums<V>;
  using simd::read_element;
  using simd::write_element;
  if (n == 0) return;
  T const share = T(1) / static_cast<T>(n);
  for (std::size_t i = 0; i < rows; ++i, x += n, y += n) {
    V const first = simd::broadcast<V>(E(read_element(x, 0)));
    auto const off = [&](auto chunk) { return V(chunk.load(x)) - first; };
    auto const sums = simd::detail::sum_chunks<T, Arch, two>(n, [&](auto chunk, two t) {
      V const d = chunk.fill(off(chunk), T(0));
      return two(t.a + d, fma(d, d, t.b));
    });
    E const m = lane_sum(sums.a) * E(share);
    E square = lane_sum(sums.b) * E(share) - m * m;
    if (!(m * m <= square * E(T(15)))) {
      V const center = simd::broadcast<V>(m);
      auto const squares = [&](auto chunk) {
        V const d = chunk.fill(off(chunk) - center, T(0));
        return d * d;
      };
      square = detail::sum_chunks<Arch, P>(n, squares) * E(share);
    }
    E const s = detail::inverse_deviation(square, epsilon);
    V const factor = simd::broadcast<V>(s), shift = simd::broadcast<V>(-m * s);
    simd::for_each_chunk<T, Arch>(n, [&](auto chunk) {
      V const z = fma(off(chunk), factor, shift);
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
[[gnu::always_inline]] inline void normalize_backward(std::size_t rows, std::size_t n,
                                                      simd::const_of<P> x, simd::const_of<P> gain,
                                                      simd::const_of<P> mean,
                                                      simd::const_of<P> scale, simd::const_of<P> dy,
                                                      P dx) noexcept {
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  if (n == 0) return;
  T const share = T(1) / static_cast<T>(n);
  for (std::size_t i = 0; i < rows; ++i, x += n, dy += n, dx += n) {
    detail::normalized_row<V, P> const row(x, mean, scale, i);
    auto const sums = simd::detail::sum_chunks<T, Arch, detail::two_sums<V>>(
        n, [&](auto chunk, detail::two_sums<V> t) {  // dy is 0 in missing lanes
          V const g = chunk.load(gain) * chunk.load(dy);
          return detail::two_sums<V>(t.a + g, fma(g, row.z(chunk), t.b));
        });
    V const shift = simd::broadcast<V>(lane_sum(sums.a) * E(share));
    V const tilt = simd::broadcast<V>(lane_sum(sums.b) * E(share));
    simd::for_each_chunk<T, Arch>(n, [&](auto chunk) {
      V const g = chunk.load(gain) * chunk.load(dy);
      chunk.store(dx, row.scale * (g - shift - row.z(chunk) * tilt));
    });
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
  using T = simd::scalar_of<P>;
  constexpr std::size_t four = 4 * simd::batch<T, Arch>::size;
  std::size_t j = 0;
  for (; j + four <= n; j += four)
    detail::normalize_columns<Arch, 4, P>(rows, n, x, mean, scale, dy, dgain, dbias,
                                          simd::full_chunk<T, Arch>{j});
  simd::for_each_chunk<T, Arch>(n - j, [&](auto chunk) {
    chunk.begin += j;
    detail::normalize_columns<Arch, 1, P>(rows, n, x, mean, scale, dy, dgain, dbias, chunk);
  });
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
