// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include <halo/core/aligned.hpp>
#include <halo/core/allowed.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/data/batches.hpp>
#include <halo/data/dataset.hpp>
#include <halo/io/memory.hpp>
#include <halo/tensor/view.hpp>

namespace halo::data::detail {

/// Mini-batches whose rows are drawn, with replacement, by a rule: what balanced_batches and
/// weighted_batches share.
///
/// @tparam Rule  its name, the stream of the seed that it draws from, prepare(dataset), and
///               draw(generator), the number of a row
template <class Rule, class Target>
class drawn_batches {
 public:
  /// halo::error when size is 0, the dataset has no row, or the rule refuses it.
  drawn_batches(basic_dataset<Target> const& from, std::size_t size, seed s)
      : from_(&from), seed_(s), size_(size), features_(from.features()), targets_(from.targets()) {
    if (size == 0) fail(Rule::name, "size", "at least 1", "0");
    io::with_memory(Rule::name, "size", bytes_of(size, features_, targets_), [&] {
      numbers_ = aligned_buffer<std::uint32_t>(size);
      x_ = aligned_buffer<float>(size * features_);
      y_ = aligned_buffer<Target>(size * targets_);
      prepare();
    });
  }
  drawn_batches(basic_dataset<Target>&&, std::size_t, seed) = delete;

  /// Rows of the dataset, all of which may be drawn: adapt::run tells them to the optimizer.
  [[nodiscard]] std::size_t rows() const noexcept { return from_->rows(); }

  /// The next batch; halo::error when the dataset has no row any more, or other features.
  batch<Target> next() { return next(size_); }

  /// The next batch of another size, at most the one of construction.
  batch<Target> next(std::size_t rows) {
    rows = std::clamp<std::size_t>(rows, 1, size_);
    expect_whole(*from_, Rule::name);
    if (from_->rows() != rows_ || from_->features() != features_ || from_->targets() != targets_)
      prepare();
    generator draws(seed_, Rule::stream);
    draws.seek(draws_);
    auto const numbers = numbers_.span().first(rows);
    for (std::uint32_t& row : numbers) row = rule_.draw(draws);
    draws_ = draws.position();
    auto const y = y_.span().first(rows * targets_);
    gather(*from_, numbers, x_.span().first(rows * features_), y);
    return {tensor::view(static_cast<float const*>(x_.data()), std::array{rows, features_}), y};
  }

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", Rule::name);
    f.option("seed", self.seed_.value, allowed::finite());
    f.option("size", self.size_, allowed::at_least(1));
    f.number("draws", self.draws_);
  }

 private:
  void prepare() {
    if (from_->rows() == 0) fail(Rule::name, "rows", "at least 1", "0");
    if (from_->features() != features_)
      fail(Rule::name, "features", std::to_string(features_), std::to_string(from_->features()));
    if (from_->targets() != targets_)
      fail(Rule::name, "targets", std::to_string(targets_), std::to_string(from_->targets()));
    expect_whole(*from_, Rule::name);
    rule_.prepare(*from_);
    rows_ = from_->rows();
  }

  basic_dataset<Target> const* from_;
  seed seed_;
  std::size_t size_;
  std::uint64_t draws_ = 0;  ///< numbers of the seed's stream that were used
  Rule rule_;
  std::size_t rows_ = 0;  ///< that the rule was prepared for
  std::size_t features_, targets_;
  aligned_buffer<std::uint32_t> numbers_;
  aligned_buffer<float> x_;
  aligned_buffer<Target> y_;
};

}  // namespace halo::data::detail
