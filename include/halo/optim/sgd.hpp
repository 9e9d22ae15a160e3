// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/core/options.hpp>
#include <halo/optim/spared.hpp>
#include <halo/optim/transact.hpp>

namespace halo::optim {

/// Stochastic gradient descent [Robbins & Monro 1951].
///
/// θ ← θ - rate·(g + decay·θ).  The decay is an L2 term in the gradient, as in PyTorch.
struct sgd {
  struct config_type {
    float rate = 1e-2F;               ///< learning rate, positive
    float weight_decay = 0;           ///< added to the gradient times θ, not negative
    bool decay_weights_only = false;  ///< spares biases and gains
    static constexpr void record(auto& self, auto&& f) {
      f.option("rate", self.rate, allowed::positive());
      f.option("weight_decay", self.weight_decay, allowed::non_negative());
      f.option("decay_weights_only", self.decay_weights_only);
    }
  };
  config_type config{};

  static constexpr char const* name = "sgd";
  static constexpr std::size_t operations_per_parameter = 2;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.part("", self.config);
  }

  /// Nothing is remembered.
  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    static constexpr void record(auto&, auto&&) noexcept {}
  };
  /// @pre options within their ranges
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    HALO_EXPECTS(!first_bad_option(*this), "sgd: an option is out of its range (check_options)");
    return {};
  }

  /// One step; reads 2n and writes n elements of the selected ranges, allocates nothing.
  template <class Layout, class T, class Gradient>
  status step(T* theta, Gradient const& gradient, state<Layout, T>&,
              step_context<T> const& context = {}) const noexcept {
    T const rate = static_cast<T>(static_cast<double>(config.rate) * context.rate);
    T const keep = T(1) - rate * static_cast<T>(config.weight_decay);
    detail::spared_tensors<Layout> const spared(config);
    return transact<Layout>(
        context, theta, gradient, spared,
        [=](std::size_t tensor) {
          T const kept = spared(tensor) ? T(1) : keep;
          return [=](auto& x, auto g) {
            using V = std::remove_reference_t<decltype(x)>;
            x = fnma(V(rate), g, V(kept) * x);
          };
        },
        [=](T most) { return rate * most <= safe<T> && keep >= T(-1) && keep <= T(1); }, [](T) {});
  }
};
static_assert(optimizer<sgd>);

}  // namespace halo::optim
