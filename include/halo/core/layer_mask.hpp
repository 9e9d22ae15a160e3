// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <halo/core/assert.hpp>

namespace halo {

/// Which layers with parameters take part in a step [Li et al. 2020, sec. 3.2]; layer 0 is the
/// lowest.
///
/// A value of one word: at most 64 layers with parameters.
class layer_mask {
 public:
  static constexpr std::size_t capacity = 64;

  /// Nothing selected.
  constexpr layer_mask() noexcept = default;
  constexpr explicit layer_mask(std::uint64_t bits) noexcept : bits_(bits) {}

  /// The lowest `layers` layers, all selected.
  [[nodiscard]] static constexpr layer_mask all(std::size_t layers = capacity) noexcept {
    return layer_mask(layers >= capacity ? ~std::uint64_t{0}
                                         : (std::uint64_t{1} << layers) - std::uint64_t{1});
  }
  /// One layer alone.
  [[nodiscard]] static constexpr layer_mask only(std::size_t layer) noexcept {
    HALO_EXPECTS(layer < capacity, "layer_mask: a layer number below 64");
    return layer_mask(std::uint64_t{1} << layer);
  }

  /// The upper `depth` of so many layers.
  [[nodiscard]] static constexpr layer_mask top(std::size_t depth, std::size_t layers) noexcept {
    return layer_mask(all(layers).bits_ & ~all(depth < layers ? layers - depth : 0).bits_);
  }

  /// The part of the layers first ... first + layers - 1, numbered from 0.
  [[nodiscard]] constexpr layer_mask slice(std::size_t first, std::size_t layers) const noexcept {
    return first >= capacity ? layer_mask() : layer_mask(bits_ >> first) & all(layers);
  }

  [[nodiscard]] constexpr bool operator[](std::size_t layer) const noexcept {
    return layer < capacity && ((bits_ >> layer) & 1U) != 0;
  }
  constexpr void set(std::size_t layer, bool selected = true) noexcept {
    HALO_EXPECTS(layer < capacity, "layer_mask: a layer number below 64");
    std::uint64_t const bit = std::uint64_t{1} << layer;
    bits_ = selected ? bits_ | bit : bits_ & ~bit;
  }

  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr std::size_t count() const noexcept {
    return static_cast<std::size_t>(std::popcount(bits_));
  }
  /// The lowest selected layer; 64 if there is none. Backward runs no further down.
  [[nodiscard]] constexpr std::size_t lowest() const noexcept {
    return static_cast<std::size_t>(std::countr_zero(bits_));
  }
  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }

  friend constexpr layer_mask operator&(layer_mask a, layer_mask b) noexcept {
    return layer_mask(a.bits_ & b.bits_);
  }
  friend constexpr layer_mask operator|(layer_mask a, layer_mask b) noexcept {
    return layer_mask(a.bits_ | b.bits_);
  }
  friend constexpr bool operator==(layer_mask, layer_mask) = default;

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace halo
