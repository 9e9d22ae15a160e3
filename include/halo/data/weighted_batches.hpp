// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/drawn_batches.hpp>

namespace halo::data {

namespace detail {

/// Draws rows in proportion to their weights: inversion of the cumulative sum.
class by_weight {
 public:
  static constexpr char const* name = "weighted_batches";
  static constexpr std::uint64_t stream = 0x776569;

  template <class Target>
  void prepare(basic_dataset<Target> const& from) {
    if (from.weights.size() != from.rows())
      fail(name, "weights", std::to_string(from.rows()) + ", one a row",
           std::to_string(from.weights.size()));
    sums_.clear();
    sums_.reserve(from.rows());
    double sum = 0;
    for (std::size_t i = 0; i < from.rows(); ++i) {
      float const w = from.weights[i];
      if (!(std::isfinite(w) && w >= 0))
        fail(name, "weight of row " + std::to_string(i), "a finite number of at least 0",
             std::to_string(w));
      sums_.push_back(sum += static_cast<double>(w));
    }
    if (!(sum > 0)) fail(name, "weights", "one above 0", "none");
  }

  [[nodiscard]] std::uint32_t draw(generator& g) const noexcept {
    // 53 bits, so that rare rows among many are drawn, too
    double const high = g.bits() >> 5U, low = g.bits() >> 6U;
    double const at = (high * 0x1p26 + low) * 0x1p-53 * sums_.back();
    auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    if (found == sums_.end())  // rounded up to the sum: the last row with a weight
      found = std::lower_bound(sums_.begin(), sums_.end(), sums_.back());
    return static_cast<std::uint32_t>(found - sums_.begin());
  }

 private:
  std::vector<double> sums_;
};

}  // namespace detail

/// Mini-batches whose rows are drawn in proportion to the weights of the dataset, with replacement:
/// recent rows more often, doubtful ones rarely, those of weight 0 never.
///
/// Memory: one batch and one number a row, allocated at construction; a batch of n out of N rows
/// takes n log N steps and allocates nothing. Weights are looked at again when the dataset, which
/// must outlive this, has another number of rows. Describes itself (core/record.hpp).
template <class Target = std::int32_t>
class weighted_batches : public detail::drawn_batches<detail::by_weight, Target> {
 public:
  /// halo::error when size is 0, the dataset has no row, weights are missing, not finite, negative
  /// or all 0.
  weighted_batches(basic_dataset<Target> const& from, std::size_t size, seed s)
      : detail::drawn_batches<detail::by_weight, Target>(from, size, s) {}
  weighted_batches(basic_dataset<Target>&&, std::size_t, seed) = delete;
};

}  // namespace halo::data

#include <halo/macros_back.hpp>
