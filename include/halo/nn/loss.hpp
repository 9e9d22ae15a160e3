// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/mean_square.hpp>
#include <halo/kernel/softmax.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::nn {

/// Mean softmax cross-entropy of the logits against class numbers; also the rule "largest logit
/// wins".
struct cross_entropy {
  using target = std::int32_t;
  static constexpr char const* name = "cross entropy";
  /// Targets per example for a network of so many outputs.
  static constexpr std::size_t targets(std::size_t) noexcept { return 1; }

  /// Mean loss of the rows; dy = dL/d logits unless null.
  /// @pre every target lies in [0, outputs)
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    return kernel::softmax_cross_entropy(rows, outputs, y, t, dy);
  }

  /// The same mean, and the loss of every row.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    return kernel::softmax_cross_entropy(rows, outputs, y, t, static_cast<T*>(nullptr), losses);
  }

  /// How many rows have their largest logit (the first of equals) at the target; a row with a NaN
  /// has none.
  template <class T>
  static std::size_t hits(std::size_t rows, std::size_t outputs, T const* y,
                          target const* t) noexcept {
    std::size_t n = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      T const* row = y + i * outputs;
      std::size_t best = 0;
      bool ordered = true;
      for (std::size_t j = 0; j < outputs; ++j) {
        best = row[j] > row[best] ? j : best;
        ordered = ordered && row[j] == row[j];
      }
      n += ordered && best == static_cast<std::size_t>(t[i]) ? 1U : 0U;
    }
    return n;
  }
};

/// Mean square error over all outputs of all rows (PyTorch's MSELoss with its default reduction).
template <class T = float>
struct basic_mean_square {
  using target = T;
  static constexpr char const* name = "mean square";
  static constexpr std::size_t targets(std::size_t outputs) noexcept { return outputs; }

  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    return kernel::mean_square(rows, outputs, y, t, dy);
  }

  /// The same mean, and the loss of every row.
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    for (std::size_t i = 0; i < rows; ++i) {
      losses[i] = kernel::mean_square(1, outputs, y + i * outputs, t + i * outputs,
                                      static_cast<T*>(nullptr));
    }
    return kernel::mean_square(rows, outputs, y, t, static_cast<T*>(nullptr));
  }

  /// Rows whose outputs, rounded to the nearest integer, all equal the targets.
  static std::size_t hits(std::size_t rows, std::size_t outputs, T const* y,
                          target const* t) noexcept {
    std::size_t n = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      bool all = true;
      for (std::size_t j = 0; j < outputs; ++j) {
        T const off = y[i * outputs + j] - t[i * outputs + j];
        all = all && off >= T(-0.5) && off < T(0.5);
      }
      n += all ? 1U : 0U;
    }
    return n;
  }
};
using mean_square = basic_mean_square<float>;

/// A loss: value and gradient of a mini-batch, and a count of right answers.
template <class L>
concept loss = requires(std::size_t n, float const* y, typename L::target const* t, float* dy) {
  { L::value_and_gradient(n, n, y, t, dy) } -> std::convertible_to<float>;
  { L::hits(n, n, y, t) } -> std::convertible_to<std::size_t>;
  { L::targets(n) } -> std::convertible_to<std::size_t>;
  { L::name } -> std::convertible_to<char const*>;
};

}  // namespace halo::nn
