// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <halo/core/assert.hpp>

namespace halo {

/// Which layers with parameters take part in a step [Li et al. 2020, sec. 3.2]; layer 0 is the
/// lowest.
///
/// A value of two words, which two registers hand on: at most 128 layers with parameters, as many
/// as a ResNet-50 has (107, its norms included).
class layer_mask {
 public:
  static constexpr std::size_t capacity = 128;

  /// Nothing selected.
  constexpr layer_mask() noexcept = default;
  /// Layer j where bit j is set: of the lowest 64.
  constexpr explicit layer_mask(std::uint64_t bits) noexcept : words_{bits, 0} {}

  /// The lowest `layers` layers, all selected.
  [[nodiscard]] static constexpr layer_mask all(std::size_t layers = capacity) noexcept {
    return {first(layers), layers > 64 ? first(layers - 64) : 0};
  }
  /// One layer alone.
  [[nodiscard]] static constexpr layer_mask only(std::size_t layer) noexcept {
    layer_mask m;
    m.set(layer);
    return m;
  }

  /// The upper `depth` of so many layers.
  [[nodiscard]] static constexpr layer_mask top(std::size_t depth, std::size_t layers) noexcept {
    return all(layers).without(all(depth < layers ? layers - depth : 0));
  }

  /// The part of the layers first ... first + layers - 1, numbered from 0.
  [[nodiscard]] constexpr layer_mask slice(std::size_t first, std::size_t layers) const noexcept {
    layer_mask m;
    if (first == 0)
      m = *this;
    else if (first < 64)
      m = {words_[0] >> first | words_[1] << (64 - first), words_[1] >> first};
    else if (first < capacity)
      m = layer_mask(words_[1] >> (first - 64));
    return m & all(layers);
  }

  [[nodiscard]] constexpr bool operator[](std::size_t layer) const noexcept {
    return layer < capacity && ((words_[layer / 64] >> (layer % 64)) & 1U) != 0;
  }
  /// Selects a layer below capacity, or leaves it out; without assertions none beyond.
  constexpr void set(std::size_t layer, bool selected = true) noexcept {
    HALO_EXPECTS(layer < capacity, "layer_mask: a layer number below 128");
    if (layer >= capacity) return;
    std::uint64_t const bit = std::uint64_t{1} << (layer % 64);
    std::uint64_t& word = words_[layer / 64];
    word = selected ? word | bit : word & ~bit;
  }

  /// Whether no layer is selected.
  [[nodiscard]] constexpr bool empty() const noexcept { return (words_[0] | words_[1]) == 0; }
  /// How many layers are selected.
  [[nodiscard]] constexpr std::size_t count() const noexcept {
    return static_cast<std::size_t>(std::popcount(words_[0]) + std::popcount(words_[1]));
  }
  /// The lowest selected layer; 128 if there is none. Backward runs no further down.
  [[nodiscard]] constexpr std::size_t lowest() const noexcept {
    return static_cast<std::size_t>(words_[0] != 0 ? std::countr_zero(words_[0])
                                                   : 64 + std::countr_zero(words_[1]));
  }
  /// Bit j % 64 of word j / 64: layer j.
  [[nodiscard]] constexpr std::uint64_t bits(std::size_t word = 0) const noexcept {
    return words_[word];
  }

  /// Layers that this selects and the other does not.
  [[nodiscard]] constexpr layer_mask without(layer_mask other) const noexcept {
    return {words_[0] & ~other.words_[0], words_[1] & ~other.words_[1]};
  }

  /// Layers that both select.
  friend constexpr layer_mask operator&(layer_mask a, layer_mask b) noexcept {
    return {a.words_[0] & b.words_[0], a.words_[1] & b.words_[1]};
  }
  /// Layers that either selects.
  friend constexpr layer_mask operator|(layer_mask a, layer_mask b) noexcept {
    return {a.words_[0] | b.words_[0], a.words_[1] | b.words_[1]};
  }
  friend constexpr bool operator==(layer_mask, layer_mask) = default;

 private:
  constexpr layer_mask(std::uint64_t low, std::uint64_t high) noexcept : words_{low, high} {}
  /// A word with its lowest n bits set.
  [[nodiscard]] static constexpr std::uint64_t first(std::size_t n) noexcept {
    return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - std::uint64_t{1};
  }

  std::array<std::uint64_t, capacity / 64> words_{};
};

}  // namespace halo
