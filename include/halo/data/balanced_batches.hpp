// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/allowed.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/data/batches.hpp>
#include <halo/data/dataset.hpp>
#include <halo/tensor/view.hpp>

namespace halo::data {

/// Mini-batches in which all classes are alike: each row is of a class drawn uniformly among those
/// that have rows, and drawn uniformly within it, with replacement.
///
/// For sets of which most rows belong to one class. Memory: one batch and one number a row,
/// allocated at construction; making a batch allocates nothing unless the dataset, which must
/// outlive this, has another number of rows than before. Describes itself (core/record.hpp): a
/// stream that is resumed goes on with the draws it would have made.
class balanced_batches {
 public:
  /// halo::error when size is 0 or the dataset has no row.
  balanced_batches(dataset const& from, std::size_t size, seed s)
      : from_(&from),
        seed_(s),
        size_(size),
        numbers_(size),
        x_(size * from.features()),
        y_(size),
        features_(from.features()) {
    if (size == 0) fail("balanced_batches", "size", "at least 1", "0");
    sort_rows();
  }
  balanced_batches(dataset&&, std::size_t, seed) = delete;

  /// Rows of the dataset, all of which may be drawn: adapt::run tells them to the optimizer.
  [[nodiscard]] std::size_t rows() const noexcept { return from_->rows(); }

  /// The next batch; halo::error when the dataset has no row any more, or other features.
  batch<> next() { return next(size_); }

  /// The next batch of another size, at most the one of construction.
  batch<> next(std::size_t rows) {
    rows = std::clamp<std::size_t>(rows, 1, size_);
    if (from_->rows() != members_.size() || from_->features() != features_) sort_rows();
    generator draws(seed_, stream);
    draws.seek(draws_);
    auto const numbers = numbers_.span().first(rows);
    for (std::uint32_t& row : numbers) {
      std::size_t const c = draws.below(static_cast<std::uint32_t>(begins_.size() - 1));
      row = members_[begins_[c] +
                     draws.below(static_cast<std::uint32_t>(begins_[c + 1] - begins_[c]))];
    }
    draws_ = draws.position();
    gather(*from_, numbers, x_.span().first(rows * features_), y_.span().first(rows));
    return {tensor::view(static_cast<float const*>(x_.data()), std::array{rows, features_}),
            y_.span().first(rows)};
  }

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "balanced_batches");
    f.option("seed", self.seed_.value, allowed::finite());
    f.option("size", self.size_, allowed::at_least(1));
    f.number("draws", self.draws_);
  }

 private:
  static constexpr std::uint64_t stream = 0x62616c;

  /// Rows by class, in their order, and where each class that has some begins.
  void sort_rows() {
    if (from_->rows() == 0) fail("balanced_batches", "rows", "at least 1", "0");
    if (from_->features() != features_) {
      fail("balanced_batches", "features", std::to_string(features_),
           std::to_string(from_->features()));
    }
    auto const label = [this](std::uint32_t row) { return from_->y.data()[row]; };
    members_.resize(from_->rows());
    for (std::size_t i = 0; i < members_.size(); ++i) members_[i] = static_cast<std::uint32_t>(i);
    std::stable_sort(members_.begin(), members_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return label(a) < label(b); });
    begins_.clear();
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (i == 0 || label(members_[i]) != label(members_[i - 1])) begins_.push_back(i);
    begins_.push_back(members_.size());
  }

  dataset const* from_;
  seed seed_;
  std::size_t size_;
  std::uint64_t draws_ = 0;  ///< numbers of the seed's stream that were used
  row_numbers members_;
  std::vector<std::size_t> begins_;
  aligned_buffer<std::uint32_t> numbers_;
  aligned_buffer<float> x_;
  aligned_buffer<std::int32_t> y_;
  std::size_t features_;
};

}  // namespace halo::data
