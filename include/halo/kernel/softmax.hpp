// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/core/assert.hpp>
#include <halo/simd/math.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

// Few classes: a register holds one logit of many rows, and nothing is summed across lanes.
// Many classes: a register holds many logits of one row. The choice depends on the number of
// classes alone, so a row's result does not depend on its neighbours.

namespace halo::kernel {

namespace detail {

/// Up to here a register of rows is faster than a row of registers.
inline constexpr std::size_t softmax_few = 16;

/// e^(x - max x) of the rows in the chunk, class by class, and their sum.
template <class Arch, class P>
struct softmax_of_rows {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  V x[softmax_few];  // x - max x
  V e[softmax_few];
  V sum;

  softmax_of_rows(simd::strided_chunk<T, Arch> chunk, simd::const_of<P> logits) noexcept {
    using simd::exp;
    std::size_t const n = chunk.stride;
    for (std::size_t c = 0; c < n; ++c, ++chunk.begin) x[c] = chunk.load(logits);
    V most = x[0];
    for (std::size_t c = 1; c < n; ++c) most = max(most, x[c]);
    sum = V(0);
    for (std::size_t c = 0; c < n; ++c) {
      x[c] = x[c] - most;
      e[c] = exp(x[c]);
      sum += e[c];
    }
  }
};

/// Calls body(chunk, first row) for the rows, a register full at a time.
template <class T, class Arch, class Body>
inline void for_each_row_chunk(std::size_t rows, std::size_t n, Body&& body) noexcept {
  constexpr std::size_t width = simd::batch<T, Arch>::size;
  for (std::size_t row = 0; row < rows; row += width) {
    std::size_t const lanes = rows - row < width ? rows - row : width;
    body(simd::strided_chunk<T, Arch>{row * n, n, lanes}, row);
  }
}

/// y ← e^(x - most) of one row, n elements; their sum, most = max x.
template <class Arch, class P>
struct softmax_of_row {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using B = simd::batch<T, Arch>;
  T most;
  simd::element_of<P> sum;

  template <class Out>
  softmax_of_row(std::size_t n, simd::const_of<P> x, Out y) noexcept {
    using simd::exp;
    constexpr T lowest = -std::numeric_limits<T>::infinity();
    T const* values = simd::values_of(x);
    B highest(lowest);
    simd::for_each_chunk<T, Arch>(
        n, [&](auto chunk) { highest = max(highest, chunk.fill(chunk.load(values), lowest)); });
    most = lane_max(highest);
    V total(0);
    simd::for_each_chunk<T, Arch>(n, [&](auto chunk) {
      V const e = exp(chunk.fill(chunk.load(x) - V(most), lowest));
      total += e;
      if constexpr (!std::is_same_v<Out, std::nullptr_t>) chunk.store(y, e);
    });
    sum = lane_sum(total);
  }
};

}  // namespace detail

/// y ← softmax of each row: e^(x_j - m) / Σ_k e^(x_k - m), m = max x.
///
/// Never overflows. A row with a NaN, with +infinity, or of -infinities alone becomes NaN.
///
/// @param x  rows by n, row-major
/// @param y  as x; may be x
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
void softmax(std::size_t rows, std::size_t n, simd::const_of<P> x, P y) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using E = simd::element_of<P>;
  if (n == 0) return;
  if (n <= detail::softmax_few) {
    detail::for_each_row_chunk<T, Arch>(rows, n, [&](auto chunk, std::size_t) {
      detail::softmax_of_rows<Arch, P> const row(chunk, x);
      V const scale = V(1) / row.sum;
      for (std::size_t c = 0; c < n; ++c, ++chunk.begin) chunk.store(y, row.e[c] * scale);
    });
    return;
  }
  for (std::size_t i = 0; i < rows; ++i, x += n, y += n) {
    detail::softmax_of_row<Arch, P> const row(n, x, y);
    V const scale = simd::broadcast<V>(E(1) / row.sum);
    simd::for_each_chunk<T, Arch>(
        n, [=](auto chunk) { chunk.store(y, chunk.load(simd::const_of<P>(y)) * scale); });
  }
}

/// Mean softmax cross-entropy of rows of logits against class numbers, and its gradient.
///
/// L = 1/rows Σ_i (ln Σ_k e^(x_ik - m_i) - (x_il - m_i)),  l = label i,  m_i = max_k x_ik
/// dL/dx_ij = (softmax(x_i)_j - [j = l]) / rows
/// (PyTorch's cross_entropy with class numbers and its default reduction). No exponential
/// overflows; L does where the sum of the rows' losses is no number. NaN where softmax gives NaN.
///
/// @param logits    rows by classes, row-major
/// @param labels    one a row, each in [0, classes)
/// @param gradient  as logits; unless null; may be logits
/// @param losses    the rows' losses; unless null
/// @return L; 0 for no rows
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
simd::element_of<P> softmax_cross_entropy(std::size_t rows, std::size_t classes,
                                          simd::const_of<P> logits, std::int32_t const* labels,
                                          P gradient,
                                          simd::element_of<P>* losses = nullptr) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using E = simd::element_of<P>;
  using simd::log;
  using simd::read_element;
  using simd::write_element;
  if (rows == 0) return E(0);
  for (std::size_t i = 0; i < rows; ++i) {
    HALO_EXPECTS(labels[i] >= 0 && static_cast<std::size_t>(labels[i]) < classes,
                 "softmax_cross_entropy: every label is in [0, classes)");
  }
  T const share = T(1) / static_cast<T>(rows);
  if (classes <= detail::softmax_few) {
    using B = simd::batch<T, Arch>;
    V total(0);
    detail::for_each_row_chunk<T, Arch>(rows, classes, [&](auto chunk, std::size_t first) {
      detail::softmax_of_rows<Arch, P> const row(chunk, logits);
      alignas(64) T numbers[B::size] = {};
      for (std::size_t i = 0; i < chunk.lanes; ++i) numbers[i] = static_cast<T>(labels[first + i]);
      B const label = B::load(numbers);
      V const scale = V(share) / row.sum;
      V loss = log(row.sum);
      for (std::size_t c = 0; c < classes; ++c, ++chunk.begin) {
        auto const here = label == B(static_cast<T>(c));
        loss = select(here, loss - row.x[c], loss);
        V const p = row.e[c] * scale;
        if (gradient != nullptr) chunk.store(gradient, select(here, p - V(share), p));
      }
      total += chunk.fill(loss, T(0));
      if (losses != nullptr)
        for (std::size_t i = 0; i < chunk.lanes; ++i) losses[first + i] = loss.get(i);
    });
    return lane_sum(total) * E(share);
  }
  E total(0), part(0);  // a part of 64 rows
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t const label = static_cast<std::size_t>(labels[i]);
    simd::const_of<P> const x = logits + i * classes;
    E const at_label = read_element(x, label);  // gradient may be logits
    E loss(0);
    if (gradient == nullptr) {
      detail::softmax_of_row<Arch, P> const row(classes, x, nullptr);
      loss = log(row.sum) - (at_label - row.most);
    } else {
      P const g = gradient + i * classes;
      detail::softmax_of_row<Arch, P> const row(classes, x, g);
      loss = log(row.sum) - (at_label - row.most);
      V const scale = simd::broadcast<V>(E(share) / row.sum);
      simd::for_each_chunk<T, Arch>(
          classes, [=](auto chunk) { chunk.store(g, chunk.load(simd::const_of<P>(g)) * scale); });
      write_element(g, label, read_element(g, label) - share);
    }
    part += loss;
    if (i % 64 == 63 || i + 1 == rows) {
      total += part;
      part = E(0);
    }
    if (losses != nullptr) losses[i] = loss;
  }
  return total * E(share);
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
