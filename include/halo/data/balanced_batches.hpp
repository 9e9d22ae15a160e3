// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/drawn_batches.hpp>

namespace halo::data {

namespace detail {

/// Draws a class among those that have rows, then one of its rows.
class by_class {
 public:
  static constexpr char const* name = "balanced_batches";
  static constexpr std::uint64_t stream = 0x62616c;

  /// Rows by class, in their order, and where each class that has some begins.
  void prepare(dataset const& from) {
    auto const label = [&from](std::uint32_t row) { return from.y.data()[row]; };
    members_.resize(from.rows());
    for (std::size_t i = 0; i < members_.size(); ++i) members_[i] = static_cast<std::uint32_t>(i);
    std::stable_sort(members_.begin(), members_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return label(a) < label(b); });
    begins_.clear();
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (i == 0 || label(members_[i]) != label(members_[i - 1])) begins_.push_back(i);
    begins_.push_back(members_.size());
  }

  [[nodiscard]] std::uint32_t draw(generator& g) const noexcept {
    std::size_t const c = g.below(static_cast<std::uint32_t>(begins_.size() - 1));
    auto const rows = static_cast<std::uint32_t>(begins_[c + 1] - begins_[c]);
    return members_[begins_[c] + g.below(rows)];
  }

 private:
  row_numbers members_;
  std::vector<std::size_t> begins_;
};

}  // namespace detail

/// Mini-batches in which all classes are alike: each row is of a class drawn uniformly among those
/// that have rows, and drawn uniformly within it, with replacement.
///
/// For sets of which most rows belong to one class. Memory: one batch and one number a row,
/// allocated at construction; making a batch allocates nothing unless the dataset, which must
/// outlive this, has another number of rows than before. Describes itself (core/record.hpp): a
/// stream that is resumed goes on with the draws it would have made.
using balanced_batches = detail::drawn_batches<detail::by_class, std::int32_t>;

}  // namespace halo::data
