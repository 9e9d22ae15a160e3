// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <ratio>

#include <halo/core/cost.hpp>
#include <halo/nn/describe.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/loss_part.hpp>

namespace halo::nn {

/// Cross-entropy against labels that are believed but for a share ε, which all classes have alike:
/// label smoothing [Szegedy et al. 2016] (PyTorch's cross_entropy with label_smoothing).
///
/// L = cross-entropy + ε mean over the rows of (x_l - mean_k x_k),  l the row's label
///
///     adapter<network, nn::smoothed_cross_entropy<std::ratio<1, 20>>>
/// @tparam Share  ε, a std::ratio in [0, 1)
template <class Share = std::ratio<1, 10>>
struct smoothed_cross_entropy : cross_entropy {
  static_assert(Share::num >= 0 && Share::num < Share::den,
                "halo: smoothed_cross_entropy: the share lies in [0, 1)");
  static constexpr char const* name = "smoothed cross entropy";
  /// ε
  static constexpr double share = static_cast<double>(Share::num) / static_cast<double>(Share::den);
  static constexpr void describe(auto&& f) {
    f.template part<detail::described_ratio<typename Share::type>>("share");
  }

  /// That of cross-entropy: what is more is added alone.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    return cross_entropy::row_cost(outputs);
  }

  /// Mean loss of the rows; dy = dL/d logits unless null.
  /// @pre every target lies in [0, outputs)
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    using simd::read_element;
    using simd::write_element;
    using T = simd::scalar_of<P>;
    using E = simd::element_of<P>;
    if (rows == 0) return E(0);
    T const of_row = T(share) / static_cast<T>(rows), of_class = of_row / static_cast<T>(outputs);
    detail::sum_of_rows<E> above;
    for (std::size_t i = 0; i < rows; ++i)
      above.add(above_the_others(outputs, y + i * outputs, t[i]) * of_class);
    E const smoothing = above.value();
    E const value = cross_entropy::value_and_gradient<P>(rows, outputs, y, t, dy);
    if (dy == nullptr) return value + smoothing;
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < outputs; ++j) {
        T const more = j == static_cast<std::size_t>(t[i]) ? of_row - of_class : -of_class;
        write_element(dy, i * outputs + j, read_element(dy, i * outputs + j) + more);
      }
    }
    return value + smoothing;
  }

  /// The same mean, and the loss of every row.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    cross_entropy::value_and_losses<T>(rows, outputs, y, t, losses);
    for (std::size_t i = 0; i < rows; ++i)
      losses[i] +=
          above_the_others(outputs, y + i * outputs, t[i]) * T(share) / static_cast<T>(outputs);
    return value_and_gradient<T*>(rows, outputs, y, t, nullptr);
  }

 private:
  /// Σ_k (x_l - x_k) of one row.
  template <class C>
  static simd::element_of<C> above_the_others(std::size_t n, C x, target label) noexcept {
    using simd::read_element;
    simd::element_of<C> sum(0);
    auto const at_label = read_element(x, static_cast<std::size_t>(label));
    for (std::size_t k = 0; k < n; ++k) sum += at_label - read_element(x, k);
    return sum;
  }
};

}  // namespace halo::nn
