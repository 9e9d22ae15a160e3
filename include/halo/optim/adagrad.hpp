// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <limits>

#include <halo/core/aligned.hpp>
#include <halo/core/options.hpp>
#include <halo/optim/transact.hpp>
#include <halo/simd/fast_sqrt.hpp>

namespace halo::optim {

/// Adagrad [Duchi et al. 2011].
///
/// v ← v + g²;  θ ← θ - rate·g / (√v + ε).  ε outside the root as in PyTorch; v starts at
/// `initial` (0 as in the paper; TensorFlow's 0.1 is a common other choice).
struct adagrad {
  struct config_type {
    float rate = 1e-2F;      ///< learning rate, positive
    float epsilon = 1e-10F;  ///< added to the root, positive
    float initial = 0;       ///< what sums of squares begin with, not negative
    static constexpr void record(auto& self, auto&& f) {
      f.option("rate", self.rate, allowed::positive());
      f.option("epsilon", self.epsilon, allowed::positive());
      f.option("initial", self.initial, allowed::non_negative());
    }
  };
  config_type config{};

  static constexpr char const* name = "adagrad";
  static constexpr std::size_t operations_per_parameter = 6;
  static constexpr std::size_t functions_per_parameter = 2;  // a root, a quotient
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.part("", self.config);
  }

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> v;  ///< sum of squared gradients
    T bound = T(0);                    ///< of v
    static constexpr void record(auto& self, auto&& f) {
      f.per_parameter("v", self.v.span(), allowed::non_negative());
      f.number("bound", self.bound, allowed::non_negative());
    }
    /// For whoever wrote to what record names: bound is one again.
    void restored() noexcept {
      bound = detail::raised(bound, kernel::magnitude(Layout::size, v.data()));
    }
  };
  /// @pre options within their ranges
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    HALO_EXPECTS(!first_bad_option(*this),
                 "adagrad: an option is out of its range (check_options)");
    state<Layout, T> s{};
    for (T& v : s.v) v = static_cast<T>(config.initial);
    s.bound = static_cast<T>(config.initial);
    return s;
  }

  /// One step; reads 3n and writes 2n elements of the selected ranges, allocates nothing.
  template <class Layout, class T, class Gradient>
  status step(T* theta, Gradient const& gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    T const rate = static_cast<T>(static_cast<double>(config.rate) * context.rate);
    T const epsilon = static_cast<T>(config.epsilon);
    T const bound = s.bound;
    return transact<Layout>(
        context, theta, gradient, [](std::size_t) { return 0; },
        [=](std::size_t) {
          return [=](auto& x, auto g, auto& v) {
            using V = std::remove_reference_t<decltype(x)>;
            v = fma(g, g, v);
            x -= V(rate) * g / (fast_sqrt(v) + V(epsilon));
          };
        },
        [=](T most) {  // g² may overflow; |g| / √v <= 1
          return most * most + bound <= safe<T> && rate * most <= safe<T>;
        },
        [&](T most) { s.bound = std::min(most * most + bound, std::numeric_limits<T>::max()); },
        s.v.data());
  }
};
static_assert(optimizer<adagrad>);

}  // namespace halo::optim

#include <halo/macros_back.hpp>
