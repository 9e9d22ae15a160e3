// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/simd/fast_sqrt.hpp>

namespace halo::optim {

/// Adam [Kingma & Ba 2014, Algorithm 1], and AdamW where decoupled decay is set.
///
/// m ← β1·m + (1-β1)·g,  v ← β2·v + (1-β2)·g²,  θ ← θ - rate·m̂ / (√v̂ + ε) - rate·decay·θ
/// with m̂ = m/(1-β1^t), v̂ = v/(1-β2^t).  ε stands outside the root and after the correction (as in
/// the paper and PyTorch; TensorFlow 1 puts it before). t counts the steps of each tensor by
/// itself, so a layer first selected late is corrected as at its own first step.
struct adam {
  struct config_type {
    float rate = 1e-3F;
    float beta1 = 0.9F;
    float beta2 = 0.999F;
    float epsilon = 1e-8F;
    float weight_decay = 0;  ///< decoupled [Loshchilov & Hutter 2019]; acts on every parameter
  };
  config_type config{};

  static constexpr char const* name = "adam";
  static constexpr std::size_t operations_per_parameter = 14;

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> m;                    ///< running mean of gradients
    aligned_array<T, Layout::size> v;                    ///< running mean of squared gradients
    std::array<std::uint32_t, Layout::tensors> steps{};  ///< steps of each tensor
    T reach = T(0);                                      ///< a bound on |m| and √v
    template <class F>
    void fields(F&& f) {
      f("m", m.span());
      f("v", v.span());
      f("steps", std::span(steps));
      f("reach", std::span<T, 1>(&reach, 1));
    }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return {};
  }

  /// One step; reads 4n and writes 3n elements of the selected ranges, allocates nothing.
  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    return config.weight_decay == 0 ? move<false>(theta, gradient, s, context)
                                    : move<true>(theta, gradient, s, context);
  }

 private:
  template <bool Decays, class Layout, class T>
  status move(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> const& context) const noexcept {
    T const rate = static_cast<T>(config.rate);
    T const beta1 = static_cast<T>(config.beta1);
    T const beta2 = static_cast<T>(config.beta2);
    T const epsilon = static_cast<T>(config.epsilon);
    T const keep = T(1) - rate * static_cast<T>(config.weight_decay);
    T const reach = s.reach;
    return detail::transact<Layout>(
        context, theta, gradient, [&](std::size_t tensor) { return s.steps[tensor]; },
        [&](std::size_t tensor) {
          double const t = static_cast<double>(s.steps[tensor]) + 1.0;
          double const c1 = 1.0 - std::pow(static_cast<double>(config.beta1), t);
          double const c2 = 1.0 - std::pow(static_cast<double>(config.beta2), t);
          // rate·m̂/(√v̂ + ε) = (rate·√c2/c1)·m/(√v + ε·√c2): one root, one division
          T const pace = static_cast<T>(static_cast<double>(config.rate) * std::sqrt(c2) / c1);
          T const floor = static_cast<T>(static_cast<double>(config.epsilon) * std::sqrt(c2));
          // as few multiplications as can be: they are what the pass is bound by in the cache
          return [=](auto& x, auto g, auto& m, auto& v) {
            using V = std::remove_reference_t<decltype(x)>;
            m = detail::without_denormals(fma(V(beta1), m - g, g));
            v = detail::without_denormals(fnma(V(T(1) - beta2), fnma(g, g, v), v));
            V const kept = Decays ? V(keep) * x : x;
            x = fnma(V(pace), m / (fast_sqrt(v) + V(floor)), kept);
          };
        },
        [=](T most) {
          T const top = std::max(most, reach);
          T const slowest = epsilon * (T(1) - beta1) * (T(1) - beta2);
          return top * top <= detail::safe<T> && keep >= T(-1) && keep <= T(1) &&
                 std::max(rate, T(1)) * top / slowest <= detail::safe<T>;
        },
        [&](T most) {
          s.reach = std::max(most, reach);
          layer_mask const mask = context.mask;
          for (std::size_t i = 0; i < Layout::tensors; ++i) {
            s.steps[i] += mask[Layout::table[i].layer] ? 1U : 0U;
          }
        },
        s.m.data(), s.v.data());
  }
};
static_assert(optimizer<adam>);

/// Adam with decoupled weight decay 0.01 [Loshchilov & Hutter 2019, Algorithm 2; PyTorch's
/// default].
[[nodiscard]] constexpr adam adamw(float rate = 1e-3F, float weight_decay = 1e-2F) noexcept {
  return adam{{.rate = rate, .weight_decay = weight_decay}};
}

}  // namespace halo::optim
