// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <halo/optim/wrapper.hpp>

namespace halo::optim {

/// Any optimizer with a penalty on the magnitudes of gains, which drives those of channels that a
/// network can do without to zero: network slimming [Liu et al. 2017, eq. 1].
///
/// A step of the inner optimizer, then  gain ← sign(gain) · max(|gain| - shrinkage, 0)  for every
/// selected parameter_role::gain. Liu et al. add λ·sign(gain) to the gradient; the proximal step of
/// the same penalty reaches zero instead of swinging about it, and no optimizer that divides by the
/// gradient's own size can undo its strength (the argument for AdamW's decay). Their SGD of rate
/// 0.1 and momentum 0.9 moves a gain by 0.1 · λ / (1 - 0.9) = 1e-4 a step for λ = 1e-4, which is
/// the default for their 125,000 steps; a short run wants more. Allocates nothing.
///
///     scheduled<slimming<adam>, cosine>        the penalty falls with the rate
///
/// nn::choose_channels says which channels stay.
template <class Inner>
struct slimming : wrapper<slimming<Inner>, Inner> {
  struct config_type {
    float shrinkage = 1e-4F;  ///< by how much a gain's magnitude falls in a step
    static constexpr void record(auto& self, auto&& f) {
      f.option("shrinkage", self.shrinkage, allowed::non_negative());
    }
  };
  config_type config{};

  using base = wrapper<slimming, Inner>;
  static constexpr char const* wrapper_name = "slimming";
  static constexpr void record(auto& self, auto&& f) {
    base::record(self, f);
    f.part("", self.config);
  }

  constexpr slimming() = default;
  /// An optimizer that makes unneeded gains small.
  constexpr slimming(Inner optimizer, config_type c = {}) : base(std::move(optimizer)), config(c) {}

  /// Multiply-adds of a step: the inner optimizer's, and one a selected gain.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask) noexcept {
    return optim::operations<Inner, Layout>(mask) + gains<Layout>(mask);
  }

  /// Numbers that a step reads and writes: the inner optimizer's, and the selected gains once more.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr cost moved(layer_mask mask) noexcept {
    std::uint64_t const n = gains<Layout>(mask);
    return optim::moved<Inner, Layout>(mask) + cost{0, 0, n, n};
  }

  /// One step of the inner optimizer; where it is done, reads and writes the selected gains again.
  template <class State, class T>
  status step(T* theta, T const* gradient, State& s,
              step_context<T> const& context = {}) const noexcept {
    status const result = this->inner.step(theta, gradient, s, context);
    if (result != status::done) return result;
    T const shrinkage = static_cast<T>(static_cast<double>(config.shrinkage) * context.rate);
    for (parameter_info const& info : State::layout::table) {
      if (!is_gain(info) || !context.mask[info.layer]) continue;
      for (T* x = theta + info.offset; x != theta + info.offset + info.count; ++x)
        *x = *x > T(0) ? std::max(*x - shrinkage, T(0)) : std::min(*x + shrinkage, T(0));
    }
    return result;
  }

 private:
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t gains(layer_mask mask) noexcept {
    std::size_t n = 0;
    for (parameter_info const& info : Layout::table)
      n += is_gain(info) && mask[info.layer] ? info.count : 0;
    return n;
  }
  [[nodiscard]] static constexpr bool is_gain(parameter_info const& info) noexcept {
    return info.role == parameter_role::gain;
  }
};

}  // namespace halo::optim

#include <halo/macros_back.hpp>
