// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <halo/core/aligned.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/gradient_parts.hpp>
#include <halo/nn/layer.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/transact.hpp>

// Where the gradient of a step lies: in a buffer of its own, or nowhere, where the optimizer takes
// it in parts and the network hands these out.

namespace halo::adapt::detail {

/// Whether steps of an optimizer on a network do without a buffer for the gradient.
template <class Network, class Optimizer>
inline constexpr bool in_parts = false;
template <class Network, class Optimizer>
  requires requires { requires Optimizer::takes_parts; }
inline constexpr bool in_parts<Network, Optimizer> = nn::gradient_parts<Network>::possible;

/// nn::workspace, with an arena for a gradient in parts.
template <class Network, std::size_t Capacity>
struct parts_workspace {
  static constexpr std::size_t capacity = Capacity;
  static constexpr std::size_t size = std::max(nn::gradient_parts<Network>::arena_size(Capacity),
                                               Network::inference_arena_size(Capacity));
  aligned_array<float, size> arena;
  aligned_array<float, Network::outputs * Capacity> output_gradient;
};
template <class Network, class Optimizer, std::size_t Capacity>
using workspace_of =
    std::conditional_t<in_parts<Network, Optimizer>, parts_workspace<Network, Capacity>,
                       nn::workspace<Network, float, Capacity>>;

/// The gradient of a step as an optimizer takes it, and a bound on its magnitude.
template <class Gradient>
struct bounded_gradient {
  Gradient values;
  float bound;
};

/// A buffer for the whole of it.
template <class Network, bool InParts>
class gradient_memory {
 public:
  [[nodiscard]] float* data() noexcept { return values_.data(); }
  /// Runs forward.
  static float* forward(nn::pass const& p, float const* theta, float const* x,
                        float* arena) noexcept {
    return Network::template forward<float*>(p, theta, x, arena);
  }
  /// Runs backward.
  template <class Workspace>
  [[nodiscard]] bounded_gradient<float const*> of(nn::pass const& p, float const* theta,
                                                  float const* x, Workspace& work) noexcept {
    float const bound = Network::template backward<float*>(
        p, theta, x, work.arena.data(), work.output_gradient.data(), values_.data());
    return {values_.data(), bound};
  }

 private:
  aligned_array<float, Network::parameters> values_;
};

/// Room for a part of it.
template <class Network>
class gradient_memory<Network, true> {
  using parts = nn::gradient_parts<Network>;

 public:
  [[nodiscard]] float* data() noexcept { return part_.data(); }
  static float* forward(nn::pass const& p, float const* theta, float const* x,
                        float* arena) noexcept {
    return parts::forward(p, theta, x, arena);
  }
  template <class Workspace>
  [[nodiscard]] bounded_gradient<parts> of(nn::pass const& p, float const* theta, float const* x,
                                           Workspace& work) noexcept {
    parts const g(p, theta, x, work.arena.data(), work.output_gradient.data(), part_.data());
    return {g, g.bound()};
  }

 private:
  aligned_array<float, parts::most> part_;
};

/// The largest selected |gradient|, as it came, or a bound on it; infinity where one is not finite.
template <class Layout>
[[nodiscard]] float largest_gradient(optim::step_context<float> const& context,
                                     float const* gradient) noexcept {
  return optim::detail::largest_gradient<Layout>(context, gradient);
}
template <class Layout, class Network>
[[nodiscard]] float largest_gradient(optim::step_context<float> const& context,
                                     nn::gradient_parts<Network> const& gradient) noexcept {
  if (context.magnitude >= 0) return context.magnitude;
  constexpr std::size_t most = nn::gradient_parts<Network>::most;
  float largest = 0;
  for (std::size_t i = 0; i < Layout::tensors; ++i) {
    parameter_info const& info = Layout::table[i];
    if (!context.mask[info.layer]) continue;
    for (std::size_t at = 0; at < info.count; at += most) {
      std::size_t const n = std::min(most, info.count - at);
      largest = std::max(largest, kernel::magnitude(n, gradient(i, at, n)));
    }
  }
  return largest;
}

}  // namespace halo::adapt::detail

#include <halo/macros_back.hpp>
