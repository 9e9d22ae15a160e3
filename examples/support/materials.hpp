// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <halo/data/batches.hpp>
#include <halo/data/dataset.hpp>

namespace support {

/// The examples of one seed.
struct materials {
  using dataset = std::shared_ptr<halo::data::dataset const>;
  dataset known;                  ///< what the network learned before; none: it begins from nothing
  dataset known_test;             ///< of the same kind, held out; none where nobody asks
  dataset train, test;            ///< what it is to learn
  bool redraw_head = false;       ///< the classes are others than before
  bool balanced = false;          ///< mini-batches draw all classes alike
  std::uint64_t pretraining = 0;  ///< steps on what was known
};

/// The materials of a seed.
using recipe = std::function<materials(std::uint64_t seed)>;

[[nodiscard]] inline materials::dataset shared(halo::data::dataset d) {
  return std::make_shared<halo::data::dataset const>(std::move(d));
}

/// Mini-batches of 64: epoch after epoch, or of classes drawn alike and rows drawn within them.
class mini_batches {
 public:
  static constexpr std::size_t size = 64;

  mini_batches(halo::data::dataset const& from, halo::seed s, bool balanced)
      : from_(&from), epochs_(from, size, s), draws_(s, 0x62616c), balanced_(balanced) {
    std::vector<halo::data::row_numbers> of(from.classes);
    for (std::size_t i = 0; i < from.rows(); ++i)
      of[static_cast<std::size_t>(from.y.data()[i])].push_back(static_cast<std::uint32_t>(i));
    for (auto& rows : of)
      if (!rows.empty()) classes_.push_back(std::move(rows));
    x_.resize(size * from.features());
  }

  halo::data::batch<> next() {
    if (!balanced_) return epochs_.next();
    for (std::uint32_t& row : rows_) {
      auto const& members = classes_[draws_.below(static_cast<std::uint32_t>(classes_.size()))];
      row = members[draws_.below(static_cast<std::uint32_t>(members.size()))];
    }
    halo::data::gather(*from_, rows_, x_, y_);
    return {halo::tensor::view(static_cast<float const*>(x_.data()),
                               std::array{size, from_->features()}),
            std::span<std::int32_t const>(y_)};
  }

 private:
  halo::data::dataset const* from_;
  halo::data::batches<> epochs_;
  halo::generator draws_;
  bool balanced_;
  std::vector<halo::data::row_numbers> classes_;
  std::vector<float> x_;
  std::array<std::uint32_t, size> rows_{};
  std::array<std::int32_t, size> y_{};
};

}  // namespace support
