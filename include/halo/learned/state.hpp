// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/core/record.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program.hpp>

namespace halo::learned {

/// What a learned optimizer remembers of one run: numbers for coordinates, tensors and the problem.
template <program P, parameter_layout Layout, floating T>
struct state {
  using layout = Layout;
  using scalar = T;
  using tiles = tile_layout<Layout>;  ///< where the coordinates of each tensor lie

  aligned_array<T, tiles::all * P::state * tile_lanes> coordinates;  ///< tile by tile
  aligned_array<T, Layout::tensors * P::tensor_state> tensors;       ///< numbers of each tensor
  aligned_array<T, P::global_state> global;                          ///< numbers of the problem
  std::array<std::uint64_t, Layout::tensors> steps{};                ///< of each tensor
  std::uint64_t step = 0;  ///< of the optimizer, empty ones left out
  aligned_array<T, tiles::largest * P::carry * tile_lanes> carry;  ///< scratch of a step

  /// Numbers of tensor i.
  [[nodiscard]] T* tensor(std::size_t i) noexcept { return tensors.data() + i * P::tensor_state; }
  /// The same, for reading alone.
  [[nodiscard]] T const* tensor(std::size_t i) const noexcept {
    return tensors.data() + i * P::tensor_state;
  }
  /// The first tile of tensor i.
  [[nodiscard]] T* tile(std::size_t i) noexcept {
    return coordinates.data() + tiles::first[i] * P::state * tile_lanes;
  }
  /// The same, for reading alone.
  [[nodiscard]] T const* tile(std::size_t i) const noexcept {
    return coordinates.data() + tiles::first[i] * P::state * tile_lanes;
  }

  /// The sum of all tensors' states.
  [[nodiscard]] at_least_one<T, P::tensor_state> total() const noexcept {
    at_least_one<T, P::tensor_state> sum{};
    for (std::size_t i = 0; i < Layout::tensors; ++i)
      for (std::size_t k = 0; k != P::tensor_state; ++k) sum[k] += tensor(i)[k];
    return sum;
  }

  static constexpr void record(auto& self, auto&& f) {
    allowed const range = allowed::between(-most, most), count = allowed::between(0, 0x1p62);
    if constexpr (P::state > 0) f.per_parameter("coordinates", self.coordinates.span(), range_of);
    if constexpr (P::tensor_state > 0) f.per_tensor("tensors", self.tensors.span(), range);
    if constexpr (P::global_state > 0) f.per_problem("global", self.global.span(), range);
    f.per_tensor("steps", std::span(self.steps), count);
    f.number("step", self.step, count);
  }

 private:
  // squares of gradients up to the ceiling of a step, and room to compute with them
  static constexpr double most = sizeof(T) == 4 ? 1e32 : 1e242;

  /// What a file may say of element i of the coordinates.
  [[nodiscard]] static allowed range_of(std::size_t i) {
    allowed range = program_traits<P>::range_of(i / tile_lanes % P::state);
    range.low = std::max(range.low, -most);
    range.high = std::min(range.high, most);
    return range;
  }
};

}  // namespace halo::learned

#include <halo/macros_back.hpp>
