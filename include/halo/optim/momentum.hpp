// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/optim/optimizer.hpp>

namespace halo::optim {

/// Stochastic gradient descent with momentum, plain [Polyak 1964] or Nesterov's [Sutskever 2013].
///
/// m ← momentum·m + g (+ decay·θ in g);  θ ← θ - rate·m, Nesterov: θ ← θ - rate·(g + momentum·m).
/// The rate multiplies at the end, as in PyTorch (Sutskever's text has it inside m).
struct momentum {
  struct config_type {
    float rate = 1e-2F;
    float momentum = 0.9F;
    bool nesterov = false;
    float weight_decay = 0;
  };
  config_type config{};

  static constexpr char const* name = "momentum";
  static constexpr std::size_t operations_per_parameter = 4;

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> m;  ///< decayed sum of gradients
    T reach = T(0);                    ///< a bound on |m|
    template <class F>
    void fields(F&& f) {
      f("m", m.span());
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
    T const mu = static_cast<T>(config.momentum);
    T const decay = static_cast<T>(config.weight_decay);
    bool const nesterov = config.nesterov;
    T const grown = std::abs(mu) * s.reach;
    return detail::transact<Layout>(
        context, theta, gradient, [](std::size_t) { return 0; },
        [=](std::size_t) {
          return [=](auto& x, auto g, auto& m) {
            using V = std::remove_reference_t<decltype(x)>;
            V const slope = fma(V(decay), x, g);
            m = detail::without_denormals(fma(V(mu), m, slope));
            V const direction = nesterov ? fma(V(mu), m, slope) : m;
            x = fnma(V(rate), direction, x);
          };
        },
        [=](T most) {  // with decay the parameters' own size matters: always try first
          return decay == T(0) && (T(1) + rate) * (grown + most) * (T(1) + mu) <= detail::safe<T>;
        },
        [&](T most) { s.reach = grown + most; }, s.m.data());
  }
};
static_assert(optimizer<momentum>);

}  // namespace halo::optim
