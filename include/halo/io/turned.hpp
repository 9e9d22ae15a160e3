// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/core/parameter_table.hpp>
#include <halo/io/pytorch_layout.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io::detail {

/// How the elements of a tensor of PyTorch's lie in halo's: whose axes they are, and how far apart.
class turned {
 public:
  /// How a tensor of a layer lies.
  ///
  /// @param weight  whether the layer has a weight; if not its vectors are as long as its input
  turned(parameter_info const& info, incoming const& in, bool weight) {
    bool const is_weight = info.role == parameter_role::weight;
    bool const flat = in.image.rank() > 0 && info.extents[0] == size_of(in.image) &&
                      (is_weight ? info.rank == 2 : info.rank == 1 && !weight);
    extents axes;  // halo's, a flattened image's apart
    if (flat)
      for (std::size_t const n : in.image) axes.push_back(n);
    for (std::size_t i = flat ? 1 : 0; i < info.rank; ++i) axes.push_back(info.extents[i]);
    rank_ = axes.rank();
    std::array<std::size_t, extents::most> of{};  // axis i of PyTorch's is halo's of[i]
    for (std::size_t i = 0; i < rank_; ++i) of[i] = i;
    auto const to_front = [&of](std::size_t from, std::size_t begin) {
      std::rotate(of.begin() + static_cast<std::ptrdiff_t>(begin),
                  of.begin() + static_cast<std::ptrdiff_t>(from),
                  of.begin() + static_cast<std::ptrdiff_t>(from) + 1);
    };
    if (is_weight && rank_ > 1) {  // [..., in, out]: first out, then in
      to_front(rank_ - 1, 0);
      to_front(rank_ - 1, 1);
    } else if (rank_ > 1 && in.channels_first) {  // [..., C]
      to_front(rank_ - 1, 0);
    }
    for (std::size_t i = 0; i < rank_; ++i) {
      extents_[i] = axes[of[i]];
      step_[i] = 1;
      for (std::size_t k = of[i] + 1; k < rank_; ++k) step_[i] *= axes[k];
    }
    if (flat && is_weight) shape_ = {extents_[0], size_of(in.image)};
    if (flat && !is_weight) shape_ = {size_of(in.image)};
    if (!flat)
      for (std::size_t i = 0; i < rank_; ++i) shape_.push_back(extents_[i]);
    find_places();
  }

  /// Of PyTorch's tensor.
  [[nodiscard]] extents const& shape() const noexcept { return shape_; }
  /// Extent of PyTorch's first axis, and numbers at each of its places.
  [[nodiscard]] std::size_t slices() const noexcept { return extents_[0]; }
  [[nodiscard]] std::size_t slice() const noexcept { return places_.size(); }

  /// Copies some whole slices of PyTorch's, from number `first` on, to their places in halo's.
  void put(std::size_t first, std::span<float const> slices,
           std::span<float> halos) const noexcept {
    std::size_t const size = slice(), count = slices.size() / size;
    for (std::size_t s = 0; s < count; s += wide) {
      std::size_t const some = std::min(wide, count - s);
      float const* const from = slices.data() + s * size;
      float* const to = halos.data() + (first + s) * step_[0];
      std::size_t i = 0;
      if (some == wide && step_[0] == 1)
        for (; i + wide <= size; i += wide) put_tile(from + i, size, to, places_.data() + i);
      for (; i < size; ++i)
        for (std::size_t k = 0; k < some; ++k) to[places_[i] + k * step_[0]] = from[k * size + i];
    }
  }

  /// Copies all of halo's numbers to PyTorch's order.
  void get(std::span<float const> halos, std::span<float> pytorchs) const noexcept {
    std::size_t at = 0;
    for (std::size_t s = 0; s < slices(); ++s)
      for (std::size_t const place : places_) pytorchs[at++] = halos[place + s * step_[0]];
  }

 private:
  static constexpr std::size_t wide = 16;  ///< floats in a line of the cache

  /// Sixteen numbers of as many slices: each line of the target is written at once.
  static void put_tile(float const* from, std::size_t size, float* to,
                       std::size_t const* places) noexcept {
    std::array<float, wide * wide> tile;
    for (std::size_t k = 0; k < wide; ++k)
      for (std::size_t i = 0; i < wide; ++i) tile[i * wide + k] = from[k * size + i];
    for (std::size_t i = 0; i < wide; ++i)
      std::copy_n(tile.data() + i * wide, wide, to + places[i]);
  }

  /// Where the numbers of a slice lie, one behind the other as PyTorch has them.
  void find_places() {
    std::array<std::size_t, extents::most> index{};
    std::size_t size = 1;
    for (std::size_t i = 1; i < rank_; ++i) size *= extents_[i];
    places_.reserve(size);
    for (std::size_t place = 0; places_.size() < size;) {
      places_.push_back(place);
      for (std::size_t i = rank_; i-- > 1;) {
        place += step_[i];
        if (++index[i] < extents_[i]) break;
        place -= step_[i] * extents_[i];
        index[i] = 0;
      }
    }
  }

  std::size_t rank_ = 0;
  std::array<std::size_t, extents::most> extents_{};  ///< of PyTorch's axes
  std::array<std::size_t, extents::most> step_{};     ///< between neighbours on them, in halo's
  std::vector<std::size_t> places_;                   ///< in halo's, of PyTorch's first slice
  extents shape_;
};

}  // namespace halo::io::detail

#include <halo/macros_back.hpp>
