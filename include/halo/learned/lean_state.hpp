// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/core/record.hpp>
#include <halo/learned/lean_storage.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/state.hpp>

namespace halo::learned {

/// What a lean optimizer remembers of one run.
template <program P, parameter_layout Layout, floating T, precision S>
struct lean_state {
  using layout = Layout;
  using scalar = T;
  using tiles = tile_layout<Layout>;      ///< where the coordinates of each tensor lie
  using element = detail::kept_as<S, T>;  ///< what a coordinate's numbers are kept in
  static constexpr std::size_t kept = detail::kept_numbers<P>;  ///< numbers of a coordinate

  aligned_array<element, tiles::all * kept * tile_lanes> coordinates;  ///< tile by tile
  at_least_one<T, Layout::tensors * P::tensor_state> tensors{};        ///< numbers of each tensor
  at_least_one<T, P::global_state> global{};                           ///< numbers of the problem
  std::array<std::uint64_t, Layout::tensors> steps{};                  ///< of each tensor
  /// Of each tensor, where 8 bits are kept: by what mean of squares, and which one is next.
  at_least_one<float, S == precision::eight_bits ? 2 * Layout::tensors : 0> squares{};
  std::uint64_t step = 0;  ///< of the optimizer, empty ones left out

  /// Numbers of tensor i.
  [[nodiscard]] T* tensor(std::size_t i) noexcept { return tensors.data() + i * P::tensor_state; }
  /// By what mean of squares tensor i is kept in 8 bits, and which one is next.
  [[nodiscard]] float* square(std::size_t i) noexcept { return squares.data() + 2 * i; }
  /// The first tile of tensor i.
  [[nodiscard]] element* tile(std::size_t i) noexcept {
    return coordinates.data() + tiles::first[i] * kept * tile_lanes;
  }
  /// The sum of all tensors' states.
  [[nodiscard]] at_least_one<T, P::tensor_state> total() const noexcept {
    at_least_one<T, P::tensor_state> sum{};
    for (std::size_t i = 0; i < Layout::tensors; ++i)
      for (std::size_t k = 0; k != P::tensor_state; ++k)
        sum[k] += tensors.data()[i * P::tensor_state + k];
    return sum;
  }

  static constexpr void record(auto& self, auto&& f) {
    allowed const range = allowed::between(-most, most), count = allowed::between(0, 0x1p62);
    if constexpr (kept > 0) f.per_parameter("coordinates", self.coordinates.span(), range_of);
    if constexpr (P::tensor_state > 0) f.per_tensor("tensors", std::span(self.tensors), range);
    if constexpr (P::global_state > 0) f.per_problem("global", std::span(self.global), range);
    if constexpr (S == precision::eight_bits)
      f.per_tensor("squares", std::span(self.squares), allowed::between(0, most));
    f.per_tensor("steps", std::span(self.steps), count);
    f.number("step", self.step, count);
  }

 private:
  // squares of gradients up to the ceiling of a step, and room to compute with them
  static constexpr double most = sizeof(T) == 4 || S != precision::full ? 1e32 : 1e242;

  [[nodiscard]] static allowed range_of(std::size_t i) {
    return detail::kept_range<P, S, T>(i / tile_lanes % kept, most);
  }
};

}  // namespace halo::learned
