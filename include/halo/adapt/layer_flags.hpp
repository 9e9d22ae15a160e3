// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/allowed.hpp>
#include <halo/core/layer_mask.hpp>

namespace halo::adapt::detail {

/// A mask of a network's layers in a byte each, as it is kept and recorded: a network of few layers
/// does not pay for all that a layer_mask may hold.
template <std::size_t Layers>
class layer_flags {
 public:
  [[nodiscard]] layer_mask mask() const noexcept {
    layer_mask m;
    for (std::size_t i = 0; i < Layers; ++i) m.set(i, flags_[i] != 0);
    return m;
  }
  /// Layers beyond the network's are left out.
  void set(layer_mask m) noexcept {
    for (std::size_t i = 0; i < Layers; ++i) flags_[i] = m[i] ? 1 : 0;
  }
  static constexpr void record(auto& self, auto&& f) {
    f.per_problem("layers", std::span(self.flags_), allowed::share());
  }

 private:
  std::array<std::uint8_t, Layers> flags_{};
};

}  // namespace halo::adapt::detail
