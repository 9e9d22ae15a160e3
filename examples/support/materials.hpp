// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <halo/core/random.hpp>
#include <halo/data/balanced_batches.hpp>
#include <halo/data/batches.hpp>
#include <halo/data/dataset.hpp>

namespace support {

/// The examples of one seed.
struct materials {
  using dataset = std::shared_ptr<halo::data::dataset const>;
  dataset known;             ///< what the network learned before; none: it begins from nothing
  dataset known_test;        ///< of the same kind, held out; none where nobody asks
  dataset train, test;       ///< what it is to learn
  bool redraw_head = false;  ///< the classes are others than before: the head is drawn anew
  bool start_head = false;   ///< and made of the rows there are
  bool balanced = false;     ///< mini-batches draw all classes alike
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
      : epochs_(from, size, s), alike_(from, size, s), balanced_(balanced) {}

  [[nodiscard]] std::size_t rows() const noexcept { return epochs_.rows(); }
  halo::data::batch<> next() { return next(size); }
  halo::data::batch<> next(std::size_t rows) {
    return balanced_ ? alike_.next(rows) : epochs_.next(rows);
  }

 private:
  halo::data::batches<> epochs_;
  halo::data::balanced_batches alike_;
  bool balanced_;
};

}  // namespace support
