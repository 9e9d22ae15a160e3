// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/cost.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/loss_accuracy.hpp>
#include <halo/simd/pointer.hpp>

// Some rows of a mini-batch that count for something, for losses that are means of other losses.

namespace halo::nn::detail {

/// A sum of many numbers, 64 at a time: one by one, those that come late would lose their digits.
template <class E>
class sum_of_rows {
 public:
  void add(E const& x) noexcept {
    part_ += x;
    if (++count_ % 64 != 0) return;
    total_ += part_;
    part_ = E(0);
  }
  [[nodiscard]] E value() const noexcept { return total_ + part_; }

 private:
  E total_{0}, part_{0};
  std::size_t count_ = 0;
};
/// Rows one after the other, and what their mean counts for.
template <class Inner>
struct loss_part {
  std::size_t first;
  std::size_t rows;
  double weight;

  /// What these rows add to the mean of all, whose weights sum to `all`; their part of dy is
  /// written unless that is null. y, t and dy are those of the mini-batch.
  template <class P>
  simd::element_of<P> value_and_gradient(double all, std::size_t outputs, simd::const_of<P> y,
                                         typename Inner::target const* t, P dy) const noexcept {
    using simd::read_element;
    using simd::write_element;
    using T = simd::scalar_of<P>;
    using E = simd::element_of<P>;
    std::size_t const begin = first * outputs, n = rows * outputs;
    if (!(weight > 0)) {
      if (dy != nullptr)
        for (std::size_t i = 0; i < n; ++i) write_element(dy, begin + i, E(0));
      return E(0);
    }
    P const mine = dy == nullptr ? P{} : dy + begin;
    T const share = static_cast<T>(weight / all);
    E const value = Inner::value_and_gradient(rows, outputs, y + begin,
                                              t + first * Inner::targets(outputs), mine);
    if (share == T(1)) return value;
    if (dy != nullptr)
      for (std::size_t i = 0; i < n; ++i) write_element(mine, i, read_element(mine, i) * share);
    return value * share;
  }
};

/// What losses that go around a loss of classes have of it, unless they say otherwise: accuracy,
/// the number of targets, and what a row costs (what its rows weigh is a product more at most).
template <class Inner>
struct around_labels : same_accuracy<Inner> {
  static constexpr std::size_t targets(std::size_t outputs) noexcept {
    return Inner::targets(outputs);
  }
  static constexpr cost row_cost(std::size_t outputs) noexcept
    requires requires { Inner::row_cost(outputs); }
  {
    return Inner::row_cost(outputs);
  }
};

/// A loss inside another, as it describes itself.
template <class L>
struct described_loss {
  static constexpr void describe(auto&& f) {
    f.constant("name", static_cast<char const*>(L::name));
    if constexpr (requires { L::describe(f); }) L::describe(f);
  }
};

}  // namespace halo::nn::detail
