// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#include <halo/core/cost.hpp>
#include <halo/kernel/softmax.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/loss_part.hpp>
#include <halo/simd/math.hpp>

namespace halo::nn {

/// Cross-entropy in which a row that is right already counts for little [Lin et al. 2017], for
/// classes, of softmax.
///
/// L = mean over the rows of (1 - p)^γ u,  u = -ln p the row's cross-entropy, p = e^-u
/// dL/dx_j = (p_j - [j = l]) ((1 - p)^γ + γ u p (1 - p)^(γ-1)) / rows
/// The paper's form for two classes has a weight α besides: weighted<focal<>, ...>.
///
/// @tparam Gamma  γ, a whole number; 0 is cross-entropy
template <std::size_t Gamma = 2>
struct focal : cross_entropy {
  static constexpr char const* name = "focal";
  static constexpr void describe(auto&& f) { f.constant("gamma", Gamma); }

  /// That of cross-entropy, a tanh and a quotient, and γ at every class.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    return cross_entropy::row_cost(outputs) + cost{Gamma + outputs, 2, 0, 0};
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
    constexpr std::size_t block = 64;
    std::array<E, block> of_rows;
    detail::sum_of_rows<E> sum;
    for (std::size_t first = 0; first < rows; first += block) {
      std::size_t const n = std::min(block, rows - first);
      kernel::softmax_cross_entropy(n, outputs, y, t + first, dy, of_rows.data());
      T const share = static_cast<T>(n) / static_cast<T>(rows);
      for (std::size_t i = 0; i < n; ++i) {
        auto const [value, slope] = of_cross_entropy(of_rows[i]);
        sum.add(value);
        if (dy == nullptr) continue;
        for (std::size_t j = i * outputs; j < (i + 1) * outputs; ++j)
          write_element(dy, j, read_element(dy, j) * (slope * share));
      }
      y += n * outputs;
      if (dy != nullptr) dy += n * outputs;
    }
    return sum.value() / static_cast<T>(rows);
  }

  /// The same mean, and the loss of every row.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    T* const nowhere = nullptr;
    for (std::size_t i = 0; i < rows; ++i)
      losses[i] = value_and_gradient(1, outputs, y + i * outputs, t + i, nowhere);
    return value_and_gradient(rows, outputs, y, t, nowhere);
  }

  /// The loss of the answer that takes all classes for alike.
  static double baseline(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    double power = 1;
    for (std::size_t k = 0; k < Gamma; ++k)
      power *= 1 - 1 / static_cast<double>(outputs < 2 ? 2 : outputs);
    return power * cross_entropy::baseline(rows, outputs, t);
  }

 private:
  /// (1 - e^-u)^γ u and its derivative.
  template <class E>
  static kernel::loss_and_slope<E> of_cross_entropy(E u) noexcept {
    using simd::tanh;
    E const h = tanh(u * E(0.5F));
    E const wrong = (h + h) / (h + E(1));  // 1 - e^-u with all its digits near 0
    E below(1);                            // (1 - p)^(γ-1)
    for (std::size_t k = 1; k < Gamma; ++k) below = below * wrong;
    if constexpr (Gamma == 0) {
      return {u, E(1)};
    } else {
      E const power = below * wrong;
      E const right = E(1) - wrong;
      return {power * u, power + E(static_cast<float>(Gamma)) * u * right * below};
    }
  }
};

}  // namespace halo::nn

#include <halo/macros_back.hpp>
