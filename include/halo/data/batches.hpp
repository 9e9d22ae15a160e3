// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/tensor/view.hpp>

namespace halo::data {

/// Some examples at once: x [rows, features], y [rows]. Valid until the next batch is made.
struct batch {
  tensor::array_view<float const, 2> x;
  std::span<std::int32_t const> y;

  [[nodiscard]] std::size_t rows() const noexcept { return y.size(); }
};

/// What to do with the last rows of an epoch when they do not fill a batch.
enum class remainder { keep, drop };

/// Shuffled mini-batches of a dataset, every row once an epoch.
///
///     for (auto [x, y] : data::batches(train, 64, seed{1})) ...        one epoch
///     data::batches stream(train, 64, seed{1});  stream.next();        epoch after epoch
///
/// The order of epoch e is the permutation of stream e of the seed. Memory: one batch and one
/// number a row, allocated at construction; making a batch or shuffling allocates nothing. The
/// dataset must outlive this.
class batches {
 public:
  /// halo::error when size is 0, or the dataset has no row (for drop: fewer rows than a batch).
  batches(dataset const& from, std::size_t size, seed s, remainder policy = remainder::keep)
      : from_(&from),
        seed_(s),
        size_(std::min(size, from.rows())),
        policy_(policy),
        order_(from.rows()),
        x_(size_ * from.features()),
        y_(size_) {
    if (size == 0) fail("batches", "size", "at least 1", "0");
    std::size_t const least = policy == remainder::drop ? size : 1;
    if (from.rows() < least) {
      fail("batches", "rows", "at least " + std::to_string(least), std::to_string(from.rows()));
    }
    shuffle(0);
  }
  batches(dataset&&, std::size_t, seed, remainder = remainder::keep) = delete;

  /// Batches in one epoch.
  [[nodiscard]] std::size_t per_epoch() const noexcept {
    std::size_t const rows = from_->rows();
    return policy_ == remainder::drop ? rows / size_ : (rows + size_ - 1) / size_;
  }

  /// The epoch that next() is in, from 0.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }

  /// Goes to the first batch of an epoch.
  void seek(std::uint64_t epoch) noexcept {
    shuffle(epoch);
    begun_ = false;
  }

  /// The next batch; behind the last one of an epoch, the first one of the next.
  batch next() noexcept { return next(size_); }

  /// The next batch of another size, at most the one of construction: of that many rows, or of what
  /// is left of the epoch.
  batch next(std::size_t rows) noexcept {
    rows = std::clamp<std::size_t>(rows, 1, size_);
    if (left(rows) == 0) shuffle(epoch_ + 1);
    begun_ = true;
    batch const b = make(position_, std::min(rows, left(rows)));
    position_ += b.rows();
    return b;
  }

  /// Walks to the end of an epoch: the first walk over epoch 0, every later begin() over the next.
  class iterator {
   public:
    explicit iterator(batches* owner) noexcept : owner_(owner) {}
    [[nodiscard]] batch operator*() const noexcept {
      return owner_->make(owner_->position_, owner_->left(owner_->size_));
    }
    iterator& operator++() noexcept {
      owner_->position_ += owner_->left(owner_->size_);
      return *this;
    }
    struct end_mark {};
    [[nodiscard]] bool operator==(end_mark) const noexcept {
      return owner_->left(owner_->size_) == 0;
    }

   private:
    batches* owner_;
  };
  [[nodiscard]] iterator begin() noexcept {
    if (begun_) shuffle(epoch_ + 1);
    begun_ = true;
    return iterator(this);
  }
  [[nodiscard]] iterator::end_mark end() const noexcept { return {}; }

 private:
  void shuffle(std::uint64_t epoch) noexcept {
    epoch_ = epoch;
    position_ = 0;
    generator(seed_, epoch).permutation(order_.span());
  }

  /// Rows of a batch of so many that the epoch still has.
  [[nodiscard]] std::size_t left(std::size_t rows) const noexcept {
    std::size_t const rest = order_.size() - position_;
    return policy_ == remainder::drop && rest < rows ? 0 : std::min(rows, rest);
  }

  batch make(std::size_t first, std::size_t rows) noexcept {
    std::size_t const features = from_->features();
    gather(*from_, order_.span().subspan(first, rows), x_.span().first(rows * features),
           y_.span().first(rows));
    return {tensor::view(static_cast<float const*>(x_.data()), std::array{rows, features}),
            std::span<std::int32_t const>(y_.data(), rows)};
  }

  dataset const* from_;
  seed seed_;
  std::size_t size_;
  remainder policy_;
  std::uint64_t epoch_ = 0;
  std::size_t position_ = 0;  ///< first row of the next batch
  bool begun_ = false;
  aligned_buffer<std::uint32_t> order_;
  aligned_buffer<float> x_;
  aligned_buffer<std::int32_t> y_;
};

}  // namespace halo::data
