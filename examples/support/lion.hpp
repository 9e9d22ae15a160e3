// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <type_traits>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/options.hpp>
#include <halo/optim.hpp>

// A hand-written optimizer: Lion [Chen et al. 2023, "Symbolic discovery of optimization
// algorithms"]. Its rule is five lines on registers; optim::transact makes of them a step under
// masks that is done or undone whole.

namespace support {

using namespace halo;

/// c = β1·m + (1-β1)·g,  θ ← θ - rate·(sign(c) + decay·θ),  m ← β2·m + (1-β2)·g.
struct lion {
  float rate = 1e-3F;
  float beta1 = 0.9F;
  float beta2 = 0.99F;
  float weight_decay = 0;

  static constexpr char const* name = "lion";
  static constexpr std::size_t operations_per_parameter = 6;

  /// What identifies a run, and from which range it may be chosen.
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.option("rate", self.rate, allowed::positive());
    f.option("beta1", self.beta1, allowed::below_one());
    f.option("beta2", self.beta2, allowed::below_one());
    f.option("weight_decay", self.weight_decay, allowed::non_negative());
  }

  /// What a run changes: forget an array in record, and broken_promise says so.
  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> m;
    static constexpr void record(auto& self, auto&& f) { f.per_parameter("m", self.m.span()); }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    HALO_EXPECTS(!first_bad_option(*this), "lion: an option is out of its range");
    return {};
  }

  template <class Layout, class T>
  optim::status step(T* theta, T const* gradient, state<Layout, T>& s,
                     optim::step_context<T> const& context = {}) const noexcept {
    T const pace = static_cast<T>(static_cast<double>(rate) * context.rate);  // schedules
    T const keep = T(1) - pace * static_cast<T>(weight_decay);
    T const b1 = static_cast<T>(beta1), b2 = static_cast<T>(beta2);
    return optim::transact<Layout>(
        context, theta, gradient, [](std::size_t) { return 0; },  // one rule for all tensors
        [=](std::size_t) {
          return [=](auto& x, auto g, auto& m) {
            using V = std::remove_reference_t<decltype(x)>;
            V const c = fma(V(b1), m - g, g);
            V const sign = select(c > V(T(0)), V(T(1)), select(c < V(T(0)), V(T(-1)), V(T(0))));
            x = fnma(V(pace), sign, V(keep) * x);
            m = optim::without_denormals(fma(V(b2), m - g, g));
          };
        },
        // |m| never grows beyond the largest gradient, and θ moves by the rate alone
        [=](T most) { return most <= optim::safe<T> && pace <= optim::safe<T> && keep >= T(0); },
        [](T) {}, s.m.data());
  }
};
static_assert(optim::optimizer<lion>);

}  // namespace support
