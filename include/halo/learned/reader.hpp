// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include <halo/autodiff/dense.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>
#include <halo/core/assert.hpp>
#include <halo/learned/number.hpp>

// How a learned optimizer's program reads its numbers: the weights, which all coordinates of all
// tensors share, and a row, which the coordinates of one tensor share in one step. The plain reader
// gives registers or scalars; the taped one gives variables and collects what flows back.

namespace halo::learned {

/// Reads numbers for V = a register, or a scalar. W is the type weights are stored in.
template <class V, class W, class T = W>
class plain_reader {
 public:
  using value_type = V;

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

/// Reads numbers as variables over T, or over registers of it, and collects their adjoints.
///
/// One adjoint V a weight and a row entry: where V is a register its lanes are summed once, at the
/// very end. collect() must follow the sweep. At most `most` reads of each kind between clear()s.
template <class V>
class taped_reader {
 public:
  using value_type = autodiff::variable<V>;
  using scalar = typename autodiff::dense<V>::scalar;
  static constexpr std::size_t most_numbers = 256;
  static constexpr std::size_t most_products = 12;

  /// @param weight_adjoints, row_adjoints  added to; one V for each number
  taped_reader(autodiff::tape<V>& on, scalar const* weights, V* weight_adjoints, scalar const* row,
               V* row_adjoints) noexcept
      : tape_(&on),
        weights_(weights),
        row_(row),
        weight_adjoints_(weight_adjoints),
        row_adjoints_(row_adjoints) {}

  [[nodiscard]] value_type weight(std::size_t i) const {
    return number(weights_[i], weight_adjoints_ + i);
  }
  [[nodiscard]] value_type row(std::size_t i) const { return number(row_[i], row_adjoints_ + i); }

  template <std::size_t In, std::size_t Out>
  void affine(value_type const* x, std::size_t w, std::size_t b, value_type* y) const {
    product<In, Out>(x, w, weights_ + b, weight_adjoints_ + b, y);
  }
  template <std::size_t In, std::size_t Out>
  void linear(value_type const* x, std::size_t w, value_type* y) const {
    product<In, Out>(x, w, nullptr, nullptr, y);
  }
  template <std::size_t In, std::size_t Out>
  void affine_row(value_type const* x, std::size_t w, std::size_t b, value_type* y) const {
    product<In, Out>(x, w, row_ + b, row_adjoints_ + b, y);
  }

  /// Adds what the sweep left at the numbers that were read.
  void collect() const noexcept {
    for (std::size_t i = 0; i < numbers_; ++i) *targets_[i] += tape_->adjoint(nodes_[i]);
  }
  /// Before the tape is used again.
  void clear() const noexcept { numbers_ = products_ = 0; }

 private:
  value_type number(scalar value, V* target) const {
    HALO_EXPECTS(numbers_ < most_numbers, "taped_reader: room for the numbers of one pass");
    value_type const x(*tape_, V(value));
    nodes_[numbers_] = x.node();
    targets_[numbers_++] = target;
    return x;
  }
  template <std::size_t In, std::size_t Out>
  void product(value_type const* x, std::size_t w, scalar const* bias, V* bias_adjoint,
               value_type* y) const {
    HALO_EXPECTS(products_ < most_products, "taped_reader: room for the products of one pass");
    auto const& layer =
        dense_[products_++].emplace(*tape_, autodiff::affine<scalar>{In, Out, weights_ + w, bias},
                                    weight_adjoints_ + w, bias_adjoint);
    layer(x, y);
  }

  autodiff::tape<V>* tape_;
  scalar const* weights_;
  scalar const* row_;
  V* weight_adjoints_;
  V* row_adjoints_;
  mutable std::size_t numbers_ = 0, products_ = 0;
  mutable std::array<typename autodiff::tape<V>::node, most_numbers> nodes_{};
  mutable std::array<V*, most_numbers> targets_{};
  mutable std::array<std::optional<autodiff::dense<V>>, most_products> dense_{};
};

}  // namespace halo::learned
