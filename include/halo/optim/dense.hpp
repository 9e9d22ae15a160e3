// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/policy.hpp>

namespace halo::optim {

/// Every layer in every step, as selection::dense(), in no memory: a selection has a probability
/// for each of 128 layers.
struct dense {
  static constexpr void record(auto&, auto&& f) { f.constant("name", "dense"); }
  using state = no_memory;
  static constexpr bool selective = false;
  [[nodiscard]] decision decide(state const&, generator const&, std::uint64_t,
                                std::size_t layers) const noexcept {
    return {.layers = layer_mask::all(layers)};
  }
  void observe(state&, observation const&) const noexcept {}
};
static_assert(policy<dense>);

}  // namespace halo::optim
