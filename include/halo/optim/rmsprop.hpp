// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/simd/fast_sqrt.hpp>

namespace halo::optim {

/// RMSProp [Hinton 2012, lecture 6e].
///
/// v ← β·v + (1-β)·g²;  θ ← θ - rate·g / (√v + ε).  ε outside the root as in PyTorch (TensorFlow 1
/// has it inside); neither centred nor with momentum.
struct rmsprop {
  struct config_type {
    float rate = 1e-3F;
    float beta = 0.99F;
    float epsilon = 1e-8F;
  };
  config_type config{};

  static constexpr char const* name = "rmsprop";
  static constexpr std::size_t operations_per_parameter = 8;

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> v;  ///< running mean of squared gradients
    T reach = T(0);                    ///< a bound on √v
    template <class F>
    void fields(F&& f) {
      f("v", v.span());
      f("reach", std::span<T, 1>(&reach, 1));
    }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return {};
  }

  /// One step; reads 3n and writes 2n elements of the selected ranges, allocates nothing.
  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    T const rate = static_cast<T>(config.rate);
    T const rest = T(1) - static_cast<T>(config.beta);
    T const epsilon = static_cast<T>(config.epsilon);
    T const reach = s.reach;
    return detail::transact<Layout>(
        context, theta, gradient, [](std::size_t) { return 0; },
        [=](std::size_t) {
          return [=](auto& x, auto g, auto& v) {
            using V = std::remove_reference_t<decltype(x)>;
            v = detail::without_denormals(fnma(V(rest), fnma(g, g, v), v));
            x -= V(rate) * g / (fast_sqrt(v) + V(epsilon));
          };
        },
        [=](T most) {
          T const top = std::max(most, reach);
          return top * top <= detail::safe<T> && rate * most / epsilon <= detail::safe<T>;
        },
        [&](T most) { s.reach = std::max(most, reach); }, s.v.data());
  }
};
static_assert(optimizer<rmsprop>);

}  // namespace halo::optim
