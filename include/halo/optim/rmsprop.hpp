// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>

#include <halo/core/aligned.hpp>
#include <halo/core/options.hpp>
#include <halo/optim/transact.hpp>
#include <halo/simd/fast_sqrt.hpp>

namespace halo::optim {

/// RMSProp [Hinton 2012, lecture 6e].
///
/// v ← β·v + (1-β)·g²;  θ ← θ - rate·g / (√v + ε).  ε outside the root as in PyTorch (TensorFlow 1
/// has it inside); neither centred nor with momentum.
struct rmsprop {
  struct config_type {
    float rate = 1e-3F;     ///< learning rate, positive
    float beta = 0.99F;     ///< decay of v, in [0, 1)
    float epsilon = 1e-8F;  ///< added to the root, positive
    static constexpr void record(auto& self, auto&& f) {
      f.option("rate", self.rate, allowed::positive());
      f.option("beta", self.beta, allowed::below_one());
      f.option("epsilon", self.epsilon, allowed::positive());
    }
  };
  config_type config{};

  static constexpr char const* name = "rmsprop";
  static constexpr std::size_t operations_per_parameter = 8;
  static constexpr std::size_t functions_per_parameter = 2;  // a root, a quotient
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.part("", self.config);
  }

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> v;  ///< running mean of squared gradients
    T bound = T(0);                    ///< of √v
    static constexpr void record(auto& self, auto&& f) {
      f.per_parameter("v", self.v.span(), allowed::non_negative());
      f.number("bound", self.bound, allowed::non_negative());
    }
    /// For whoever wrote to what record names: bound is one again.
    void restored() noexcept {
      bound = detail::raised(bound, std::sqrt(kernel::magnitude(Layout::size, v.data())));
    }
  };
  /// @pre options within their ranges
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    HALO_EXPECTS(!first_bad_option(*this),
                 "rmsprop: an option is out of its range (check_options)");
    return {};
  }

  /// One step; reads 3n and writes 2n elements of the selected ranges, allocates nothing.
  template <class Layout, class T, class Gradient>
  status step(T* theta, Gradient const& gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    T const rate = static_cast<T>(static_cast<double>(config.rate) * context.rate);
    T const beta = static_cast<T>(config.beta);
    T const epsilon = static_cast<T>(config.epsilon);
    T const bound = s.bound;
    return transact<Layout>(
        context, theta, gradient, [](std::size_t) { return 0; },
        [=](std::size_t) {
          return [=](auto& x, auto g, auto& v) {
            using V = std::remove_reference_t<decltype(x)>;
            v = mean_of_squares(v, g, V(beta));
            x -= V(rate) * g / (fast_sqrt(v) + V(epsilon));
          };
        },
        [=](T most) {
          T const top = std::max(most, bound);
          return top * top <= safe<T> && rate * most / epsilon <= safe<T>;
        },
        [&](T most) { s.bound = std::max(most, bound); }, s.v.data());
  }
};
static_assert(optimizer<rmsprop>);

}  // namespace halo::optim

#include <halo/macros_back.hpp>
