// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include <halo/core/aligned.hpp>
#include <halo/core/options.hpp>
#include <halo/core/portable.hpp>
#include <halo/optim/spared.hpp>
#include <halo/optim/transact.hpp>
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
    float rate = 1e-3F;               ///< learning rate, positive
    float beta1 = 0.9F;               ///< decay of m, in [0, 1)
    float beta2 = 0.999F;             ///< decay of v, in [0, 1)
    float epsilon = 1e-8F;            ///< added to the root, positive
    float weight_decay = 0;           ///< decoupled [Loshchilov & Hutter 2019], not negative
    bool decay_weights_only = false;  ///< spares biases and gains
    static constexpr void record(auto& self, auto&& f) {
      f.option("rate", self.rate, allowed::positive());
      f.option("beta1", self.beta1, allowed::below_one());
      f.option("beta2", self.beta2, allowed::below_one());
      f.option("epsilon", self.epsilon, allowed::positive());
      f.option("weight_decay", self.weight_decay, allowed::non_negative());
      f.option("decay_weights_only", self.decay_weights_only);
    }
  };
  config_type config{};

  static constexpr char const* name = "adam";
  static constexpr std::size_t operations_per_parameter = 11;  // decay: one more
  static constexpr std::size_t functions_per_parameter = 2;    // a root, a quotient
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.part("", self.config);
  }

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> m;                    ///< running mean of gradients
    aligned_array<T, Layout::size> v;                    ///< running mean of squared gradients
    std::array<std::uint64_t, Layout::tensors> steps{};  ///< steps of each tensor
    T bound = T(0);                                      ///< of |m| and √v
    static constexpr void record(auto& self, auto&& f) {
      f.per_parameter("m", self.m.span());
      f.per_parameter("v", self.v.span(), allowed::non_negative());
      f.per_tensor("steps", std::span(self.steps));
      f.number("bound", self.bound, allowed::non_negative());
    }
    /// For whoever wrote to what record names: bound is one again.
    void restored() noexcept {
      bound = detail::raised(bound, kernel::magnitude(Layout::size, m.data()));
      bound = detail::raised(bound, std::sqrt(kernel::magnitude(Layout::size, v.data())));
    }
  };
  /// @pre options within their ranges
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    HALO_EXPECTS(!first_bad_option(*this), "adam: an option is out of its range (check_options)");
    return {};
  }

  /// One step; reads 4n and writes 3n elements of the selected ranges, allocates nothing.
  template <class Layout, class T, class Gradient>
  status step(T* theta, Gradient const& gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    return config.weight_decay == 0 ? move<false>(theta, gradient, s, context)
                                    : move<true>(theta, gradient, s, context);
  }

 private:
  template <bool Decays, class Layout, class T, class Gradient>
  status move(T* theta, Gradient const& gradient, state<Layout, T>& s,
              step_context<T> const& context) const noexcept {
    T const rate = static_cast<T>(static_cast<double>(config.rate) * context.rate);
    T const beta1 = static_cast<T>(config.beta1);
    T const beta2 = static_cast<T>(config.beta2);
    T const epsilon = static_cast<T>(config.epsilon);
    T const keep = T(1) - rate * static_cast<T>(config.weight_decay);
    T const bound = s.bound;
    detail::spared_tensors<Layout> const spared(config);
    return transact<Layout>(
        context, theta, gradient,
        [&](std::size_t tensor) {
          if constexpr (Decays)
            return std::pair(s.steps[tensor], spared(tensor));
          else
            return s.steps[tensor];
        },
        [&](std::size_t tensor) {
          std::uint64_t const count = s.steps[tensor];
          std::uint64_t const t = count + (count + 1 != 0 ? 1 : 0);  // never wraps
          double const c1 = 1.0 - core::portable_power(static_cast<double>(config.beta1), t);
          double const c2 = 1.0 - core::portable_power(static_cast<double>(config.beta2), t);
          // rate·m̂/(√v̂ + ε) = (rate·√c2/c1)·m/(√v + ε·√c2): one root, one division
          T const pace = static_cast<T>(static_cast<double>(rate) * core::portable_sqrt(c2) / c1);
          T const floor =
              static_cast<T>(static_cast<double>(config.epsilon) * core::portable_sqrt(c2));
          T const left = spared(tensor) ? T(1) : keep;
          // as few multiplications as can be: they are what the pass is bound by in the cache
          return [=](auto& x, auto g, auto& m, auto& v) {
            using V = std::remove_reference_t<decltype(x)>;
            m = without_denormals(fma(V(beta1), m - g, g));
            v = mean_of_squares(v, g, V(beta2));
            V const kept = Decays ? V(left) * x : x;
            x = fnma(V(pace), m / (fast_sqrt(v) + V(floor)), kept);
          };
        },
        [=](T most) {
          T const top = std::max(most, bound);
          T const slowest = epsilon * (T(1) - beta1) * (T(1) - beta2);
          return top * top <= safe<T> && keep >= T(-1) && keep <= T(1) &&
                 std::max(rate, T(1)) * top / slowest <= safe<T>;
        },
        [&](T most) {
          s.bound = std::max(most, bound);
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

#include <halo/macros_back.hpp>
