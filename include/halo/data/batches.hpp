// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>

#include <halo/core/aligned.hpp>
#include <halo/core/allowed.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/io/memory.hpp>
#include <halo/tensor/view.hpp>

namespace halo::data {

/// Some examples at once: x [rows, features], y [rows] labels or [rows · targets] numbers. Valid
/// until the next batch is made.
template <class Target = std::int32_t>
struct batch {
  tensor::array_view<float const, 2> x;  ///< examples, [rows, features]
  std::span<Target const> y;             ///< their targets, one each

  [[nodiscard]] std::size_t rows() const noexcept { return x.shape()[0]; }
};

/// What to do with the last rows of an epoch when they do not fill a batch.
enum class remainder { keep, drop };

/// The order of the rows in an epoch: another one each time, or that of the dataset, as a device
/// would see them.
enum class row_order { shuffled, sequential };

/// Mini-batches of a dataset or a regression, every row once an epoch.
///
///     for (auto [x, y] : data::batches(train, 64, seed{1})) ...        one epoch
///     data::batches stream(train, 64, seed{1});  stream.next();        epoch after epoch
///
/// Where rows are shuffled the order of epoch e is the permutation of stream e of the seed. Memory:
/// one batch and one number a row, allocated at construction; making a batch or shuffling allocates
/// nothing. The dataset must outlive this, and may change: rows that it gained take part from the
/// next epoch on (the first batch of which allocates then); where it lost some, the next epoch
/// begins at once.
///
/// A stream describes itself (core/record.hpp): one that is resumed at the same dataset gives what
/// it would have given, and so does seek(epoch(), position()) by hand, whatever sizes were asked
/// for.
template <class Target = std::int32_t>
class batches {
 public:
  /// halo::error when size is 0, or the dataset has no row (for drop: fewer rows than a batch).
  batches(basic_dataset<Target> const& from, std::size_t size, seed s,
          remainder policy = remainder::keep, row_order rows = row_order::shuffled)
      : from_(&from), seed_(s), wanted_(size), policy_(policy), sequence_(rows) {
    if (size == 0) fail("batches", "size", "at least 1", "0");
    begin_epoch(0);
    prepare();
  }
  batches(basic_dataset<Target>&&, std::size_t, seed, remainder = remainder::keep,
          row_order = row_order::shuffled) = delete;

  /// Rows of the dataset, as many as an epoch that begins now goes through: adapt::run tells them
  /// to the optimizer.
  [[nodiscard]] std::size_t rows() const noexcept { return from_->rows(); }

  /// Batches in the epoch that next() is in.
  [[nodiscard]] std::size_t per_epoch() const noexcept {
    return policy_ == remainder::drop ? rows_ / size() : (rows_ + size() - 1) / size();
  }

  /// The epoch that next() is in, from 0.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
  /// Rows of this epoch that batches have had.
  [[nodiscard]] std::size_t position() const noexcept {
    return static_cast<std::size_t>(position_);
  }

  /// Goes to the batch of an epoch that begins with its row number `position`, from 0.
  ///
  /// halo::error when the dataset has no row any more.
  void seek(std::uint64_t epoch, std::size_t position = 0) {
    begin_epoch(epoch);
    position_ = position;
    begun_ = position > 0;
  }

  /// The next batch; behind the last one of an epoch, the first one of the next.
  ///
  /// halo::error when the dataset has too few rows by now, or other features than at the beginning.
  batch<Target> next() { return next(wanted_); }

  /// The next batch of another size, at most the one of construction: of that many rows, or of what
  /// is left of the epoch.
  batch<Target> next(std::size_t rows) {
    rows = std::clamp<std::size_t>(rows, 1, size());
    if (left(rows) == 0) {
      begin_epoch(epoch_ + 1);
      rows = std::min(rows, size());
    }
    begun_ = true;
    batch<Target> const b = make(std::min(rows, left(rows)));
    position_ += b.rows();
    return b;
  }

  /// Walks to the end of an epoch: the first walk over epoch 0, every later begin() over the next.
  class iterator {
   public:
    /// Stands at the mini-batch that comes next.
    explicit iterator(batches* owner) noexcept : owner_(owner) {}
    /// The mini-batch, valid until the next is made.
    [[nodiscard]] batch<Target> operator*() const { return owner_->make(here()); }
    /// Goes to the next mini-batch.
    iterator& operator++() noexcept {
      owner_->position_ += here();
      return *this;
    }
    struct end_mark {};
    [[nodiscard]] bool operator==(end_mark) const noexcept { return here() == 0; }

   private:
    [[nodiscard]] std::size_t here() const noexcept { return owner_->left(owner_->size()); }
    batches* owner_;
  };
  [[nodiscard]] iterator begin() {
    if (begun_) begin_epoch(epoch_ + 1);
    begun_ = true;
    return iterator(this);
  }
  [[nodiscard]] typename iterator::end_mark end() const noexcept { return {}; }

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "batches");
    f.option("seed", self.seed_.value, allowed::finite());
    f.option("size", self.wanted_, allowed::at_least(1));
    f.option("remainder", self.policy_);
    f.option("order", self.sequence_);
    f.number("epoch", self.epoch_);
    f.number("position", self.position_);
    f.number("rows", self.rows_);
    f.number("begun", self.begun_);
  }

 private:
  /// Rows of a batch in this epoch.
  [[nodiscard]] std::size_t size() const noexcept {
    return std::min(wanted_, static_cast<std::size_t>(std::max<std::uint64_t>(rows_, 1)));
  }

  /// Starts an epoch of the rows that the dataset has now.
  void begin_epoch(std::uint64_t epoch) {
    std::size_t const rows = from_->rows();
    std::size_t const least = policy_ == remainder::drop ? wanted_ : 1;
    if (rows < least) {
      fail("batches", "rows", "at least " + std::to_string(least), std::to_string(rows));
    }
    epoch_ = epoch;
    position_ = 0;
    rows_ = rows;
  }

  /// Brings the order to the epoch, which may have been set by hand or by a file.
  void prepare() {
    auto const rows = static_cast<std::size_t>(rows_);
    std::size_t const features = from_->features();
    std::size_t const targets = from_->targets();
    expect_whole(*from_, "batches");
    if (features_ == 0) features_ = features, targets_ = targets;
    if (features != features_ || targets != targets_) {
      fail("batches", "dataset",
           std::to_string(features_) + " features and " + std::to_string(targets_) + " targets",
           std::to_string(features) + " and " + std::to_string(targets));
    }
    if (ordered_ == rows && ordered_epoch_ == epoch_) return;
    if (order_.size() < rows || x_.size() < size() * features) {
      io::with_memory("batches", "rows", rows * sizeof(std::uint32_t), [&] {
        order_ = aligned_buffer<std::uint32_t>(rows);
        x_ = aligned_buffer<float>(size() * features);
        y_ = aligned_buffer<Target>(size() * targets);
      });
    }
    auto const numbers = order_.span().first(rows);
    if (sequence_ == row_order::shuffled) generator(seed_, epoch_).permutation(numbers);
    if (sequence_ == row_order::sequential) std::iota(numbers.begin(), numbers.end(), 0U);
    ordered_ = rows;
    ordered_epoch_ = epoch_;
  }

  /// Rows of a batch of so many that the epoch still has; none where the dataset has lost some.
  [[nodiscard]] std::size_t left(std::size_t rows) const noexcept {
    if (from_->rows() < rows_ || position_ >= rows_) return 0;
    auto const rest = static_cast<std::size_t>(rows_ - position_);
    return policy_ == remainder::drop && rest < rows ? 0 : std::min(rows, rest);
  }

  batch<Target> make(std::size_t rows) {
    prepare();
    auto const numbers = order_.span().subspan(position(), rows);
    auto const y = y_.span().first(rows * targets_);
    gather(*from_, numbers, x_.span().first(rows * features_), y);
    return {tensor::view(static_cast<float const*>(x_.data()), std::array{rows, features_}), y};
  }

  basic_dataset<Target> const* from_;
  seed seed_;
  std::size_t wanted_;
  remainder policy_;
  row_order sequence_;
  std::uint64_t epoch_ = 0;
  std::uint64_t position_ = 0;  ///< first row of the next batch
  std::uint64_t rows_ = 0;      ///< that the dataset had when the epoch began
  bool begun_ = false;
  std::size_t features_ = 0;
  std::size_t targets_ = 0;
  std::size_t ordered_ = 0;  ///< rows and epoch that order_ is of
  std::uint64_t ordered_epoch_ = 0;
  aligned_buffer<std::uint32_t> order_;
  aligned_buffer<float> x_;
  aligned_buffer<Target> y_;
};

}  // namespace halo::data

#include <halo/macros_back.hpp>
