// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <halo/core/aligned.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/simd/fast_sqrt.hpp>

namespace halo::optim {

/// Adagrad [Duchi et al. 2011].
///
/// v ← v + g²;  θ ← θ - rate·g / (√v + ε).  ε outside the root as in PyTorch; v starts at
/// `initial` (0 as in the paper; TensorFlow's 0.1 is a common other choice).
struct adagrad {
  struct config_type {
    float rate = 1e-2F;
    float epsilon = 1e-10F;
    float initial = 0;
  };
  config_type config{};

  static constexpr char const* name = "adagrad";
  static constexpr std::size_t operations_per_parameter = 6;

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> v;  ///< sum of squared gradients
    T reach = T(0);                    ///< a bound on v
    template <class F>
    void fields(F&& f) {
      f("v", v.span());
      f("reach", std::span<T, 1>(&reach, 1));
    }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    state<Layout, T> s{};
    for (T& v : s.v) v = static_cast<T>(config.initial);
    s.reach = static_cast<T>(config.initial);
    return s;
  }

  /// One step; reads 3n and writes 2n elements of the selected ranges, allocates nothing.
  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    T const rate = static_cast<T>(config.rate);
    T const epsilon = static_cast<T>(config.epsilon);
    T const reach = s.reach;
    return detail::transact<Layout>(
        context, theta, gradient, [](std::size_t) { return 0; },
        [=](std::size_t) {
          return [=](auto& x, auto g, auto& v) {
            using V = std::remove_reference_t<decltype(x)>;
            v = fma(g, g, v);
            x -= V(rate) * g / (fast_sqrt(v) + V(epsilon));
          };
        },
        [=](T most) {  // g² may overflow; |g| / √v <= 1
          return most * most + reach <= detail::safe<T> && rate * most <= detail::safe<T>;
        },
        [&](T most) { s.reach = most * most + reach; }, s.v.data());
  }
};
static_assert(optimizer<adagrad>);

}  // namespace halo::optim
