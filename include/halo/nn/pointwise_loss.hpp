// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/cost.hpp>
#include <halo/kernel/pointwise_loss.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::nn {

/// What losses have in common that compare each output with a number of its own and take the mean:
/// derive from it, as huber does.
///
/// @tparam Self  has apply(register of outputs, register of targets), which gives value and slope
template <class Self>
struct pointwise_loss {
  using target = float;
  static constexpr std::size_t targets(std::size_t outputs) noexcept { return outputs; }
  /// What the loss of a row and its gradient take.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    return {outputs, 0, 2 * outputs, outputs};
  }

  /// Mean over all outputs of all rows; dy = its gradient unless null.
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    return kernel::pointwise_loss(rows * outputs, y, t, dy, [](auto const& of_y, auto const& of_t) {
      return Self::apply(of_y, of_t);
    });
  }

  /// The same mean, and the loss of every row.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    T* const nowhere = nullptr;
    for (std::size_t i = 0; i < rows; ++i)
      losses[i] = value_and_gradient(1, outputs, y + i * outputs, t + i * outputs, nowhere);
    return value_and_gradient(rows, outputs, y, t, nowhere);
  }
};

namespace detail {

/// The mean of a column of targets, [rows, outputs].
[[nodiscard]] inline double mean_of_column(std::size_t rows, std::size_t outputs, std::size_t j,
                                           float const* t) noexcept {
  double mean = 0;
  for (std::size_t i = 0; i < rows; ++i)
    mean += (static_cast<double>(t[i * outputs + j]) - mean) / static_cast<double>(i + 1);
  return mean;
}

/// The loss of the answer that is the mean of each column's targets, mean over all; 0 for one row.
/// @param of_error  the loss of a difference, double to double
template <class OfError>
[[nodiscard]] double loss_of_means(std::size_t rows, std::size_t outputs, float const* t,
                                   OfError const& of_error) noexcept {
  double sum = 0;
  for (std::size_t j = 0; j < outputs; ++j) {
    double const mean = mean_of_column(rows, outputs, j, t);
    for (std::size_t i = 0; i < rows; ++i)
      sum += of_error(mean - static_cast<double>(t[i * outputs + j]));
  }
  return sum / static_cast<double>(rows * outputs);
}

}  // namespace detail
}  // namespace halo::nn
