// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/parameter_table.hpp>

namespace halo::optim::detail {

/// Tells the tensors that weight decay leaves alone: biases and gains, where an optimizer's options
/// say decay_weights_only. Its answer is a transact key, so that others share a pass as before.
template <parameter_layout Layout>
struct spared_tensors {
  bool spares;
  explicit constexpr spared_tensors(auto const& config) noexcept
      : spares(config.decay_weights_only && config.weight_decay != 0) {}
  [[nodiscard]] constexpr bool operator()(std::size_t tensor) const noexcept {
    return spares && Layout::table[tensor].role != parameter_role::weight;
  }
};

}  // namespace halo::optim::detail
