// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/autodiff/scalar.hpp>
#include <halo/learned/number.hpp>

// How a learned optimizer's program reads its numbers: the weights, which all coordinates of all
// tensors share, and a row, which the coordinates of one tensor share in one step. This reader
// gives registers or scalars; taped_reader.hpp has the one for meta-training.

namespace halo::learned {

/// Reads numbers for V = a register, or a scalar. W is the type weights are stored in.
template <class V, class W, class T = W>
class plain_reader {
 public:
  using value_type = V;

  /// Refers to the weights and to context or decision.
  plain_reader(W const* weights, T const* row) noexcept : weights_(weights), row_(row) {}

  [[nodiscard]] V weight(std::size_t i) const noexcept { return V(static_cast<T>(weights_[i])); }
  [[nodiscard]] V row(std::size_t i) const noexcept { return V(row_[i]); }

  /// y = x·W + b, W [In, Out] at the weight `w`, b at the weight `b`.
  template <std::size_t In, std::size_t Out>
  void affine(V const* x, std::size_t w, std::size_t b, V* y) const noexcept {
    product<In, Out>(x, w, weights_ + b, y);
  }
  /// y = x·W.
  template <std::size_t In, std::size_t Out>
  void linear(V const* x, std::size_t w, V* y) const noexcept {
    product<In, Out>(x, w, static_cast<W const*>(nullptr), y);
  }
  /// y = x·W + b with b in the row.
  template <std::size_t In, std::size_t Out>
  void affine_row(V const* x, std::size_t w, std::size_t b, V* y) const noexcept {
    product<In, Out>(x, w, row_ + b, y);
  }

 private:
  static constexpr std::size_t block = 10;  // sums that stay in registers

  template <std::size_t In, std::size_t Out, class B>
  void product(V const* x, std::size_t w, B const* bias, V* y) const noexcept {
    constexpr std::size_t whole = Out / block * block;
    for (std::size_t j = 0; j < whole; j += block) columns<In, Out, block>(x, w, bias, y, j);
    if constexpr (whole < Out) columns<In, Out, Out - whole>(x, w, bias, y, whole);
  }
  template <std::size_t In, std::size_t Out, std::size_t Count, class B>
  void columns(V const* x, std::size_t w, B const* bias, V* y, std::size_t j) const noexcept {
    using autodiff::fma;
    // g++ 12 at -O2 stores vectors to an array of scalars in the red zone as if it were aligned
    alignas(64) std::array<V, Count> sum;
    for (std::size_t c = 0; c < Count; ++c)
      sum[c] = V(bias == nullptr ? T(0) : static_cast<T>(bias[j + c]));
    W const* line = weights_ + w + j;
    for (std::size_t i = 0; i < In; ++i, line += Out) {
      V const xi = x[i];
      for (std::size_t c = 0; c < Count; ++c) sum[c] = fma(xi, V(static_cast<T>(line[c])), sum[c]);
    }
    for (std::size_t c = 0; c < Count; ++c) y[j + c] = sum[c];
  }

  W const* weights_;
  T const* row_;
};

}  // namespace halo::learned
