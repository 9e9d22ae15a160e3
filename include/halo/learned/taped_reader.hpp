// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include <halo/autodiff/dense.hpp>
#include <halo/autodiff/fast.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>
#include <halo/core/assert.hpp>

namespace halo::learned {

/// Reads numbers as variables over T, or over registers of it, and collects their adjoints.
///
/// One adjoint V a weight and a row entry: where V is a register its lanes are summed once, at the
/// very end. collect() must follow the sweep. At most `most` reads of each kind between clear()s.
template <class V>
class taped_reader {
 public:
  using value_type = autodiff::variable<V>;
  using scalar = typename autodiff::dense<V>::scalar;
  /// Weights of a product that is kept in one node.
  static constexpr std::size_t most_numbers = 256;
  static constexpr std::size_t most_products = 12;  ///< of a step, kept that way

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
