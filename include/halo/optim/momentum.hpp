// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <limits>

#include <halo/core/aligned.hpp>
#include <halo/core/options.hpp>
#include <halo/optim/spared.hpp>
#include <halo/optim/transact.hpp>

namespace halo::optim {

/// Stochastic gradient descent with momentum, plain [Polyak 1964] or Nesterov's [Sutskever 2013].
///
/// m ← momentum·m + g (+ decay·θ in g);  θ ← θ - rate·m, Nesterov: θ ← θ - rate·(g + momentum·m).
/// The rate multiplies at the end, as in PyTorch (Sutskever's text has it inside m).
struct momentum {
  struct config_type {
    float rate = 1e-2F;               ///< learning rate, positive
    float momentum = 0.9F;            ///< decay of the velocity, in [0, 1)
    bool nesterov = false;            ///< looks one step ahead
    float weight_decay = 0;           ///< added to the gradient times θ, not negative
    bool decay_weights_only = false;  ///< spares biases and gains
    static constexpr void record(auto& self, auto&& f) {
      f.option("rate", self.rate, allowed::positive());
      f.option("momentum", self.momentum, allowed::below_one());
      f.option("nesterov", self.nesterov);
      f.option("weight_decay", self.weight_decay, allowed::non_negative());
      f.option("decay_weights_only", self.decay_weights_only);
    }
  };
  config_type config{};

  static constexpr char const* name = "momentum";
  static constexpr std::size_t operations_per_parameter = 5;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.part("", self.config);
  }

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    aligned_array<T, Layout::size> m;  ///< decayed sum of gradients
    T bound = T(0);                    ///< of |m|
    static constexpr void record(auto& self, auto&& f) {
      f.per_parameter("m", self.m.span());
      f.number("bound", self.bound, allowed::non_negative());
    }
    /// For whoever wrote to what record names: bound is one again.
    void restored() noexcept {
      bound = detail::raised(bound, kernel::magnitude(Layout::size, m.data()));
    }
  };
  /// @pre options within their ranges
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    HALO_EXPECTS(!first_bad_option(*this),
                 "momentum: an option is out of its range (check_options)");
    return {};
  }

  /// One step; reads 3n and writes 2n elements of the selected ranges, allocates nothing.
  template <class Layout, class T, class Gradient>
  status step(T* theta, Gradient const& gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    T const rate = static_cast<T>(static_cast<double>(config.rate) * context.rate);
    T const mu = static_cast<T>(config.momentum);
    T const decay = static_cast<T>(config.weight_decay);
    bool const nesterov = config.nesterov;
    detail::spared_tensors<Layout> const spared(config);
    T const grown = mu * s.bound;
    return transact<Layout>(
        context, theta, gradient, spared,
        [=](std::size_t tensor) {
          T const added = spared(tensor) ? T(0) : decay;
          return [=](auto& x, auto g, auto& m) {
            using V = std::remove_reference_t<decltype(x)>;
            V const slope = fma(V(added), x, g);
            m = without_denormals(fma(V(mu), m, slope));
            V const direction = nesterov ? fma(V(mu), m, slope) : m;
            x = fnma(V(rate), direction, x);
          };
        },
        [=](T most) {  // with decay the parameters' own size matters: always try first
          return decay == T(0) && (T(1) + rate) * (grown + most) * (T(1) + mu) <= safe<T>;
        },
        [&](T most) {  // of layers left out m stays; with decay θ is in it, of any size
          bool const all = layer_mask::all(Layout::layers).without(context.mask).empty();
          T const old = all ? T(0) : s.bound;
          T const top = std::numeric_limits<T>::max();
          s.bound = decay != T(0) ? top : std::min(std::max(old, grown + most), top);
        },
        s.m.data());
  }
};
static_assert(optimizer<momentum>);

}  // namespace halo::optim

#include <halo/macros_back.hpp>
