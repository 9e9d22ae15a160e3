// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <halo/core/aligned.hpp>
#include <halo/kernel/update.hpp>
#include <halo/optim/wrapper.hpp>

namespace halo::optim {

/// Any optimizer that also keeps an average of the parameters it passes through: averaging the path
/// takes the noise of small mini-batches out of it [Polyak & Juditsky 1992].
///
/// a ← a + r·(θ - a),  r = max(1/150, 1/(1 + t/8)),  t = steps that were done before. The first
/// step makes a = θ, so nobody needs to know where θ started. The window is an eighth of the path,
/// so that it suits runs of any length without being told their horizon: windows of a half to a
/// thirty-second of it, and one without the 150, were better here and worse there. In every step
/// that is done the average of all parameters moves, of layers that were left out too. It stays
/// finite while parameters are below half the largest number. Costs one more array and two
/// operations a parameter.
template <class Inner>
struct averaged : wrapper<averaged<Inner>, Inner> {
  using base = wrapper<averaged, Inner>;
  using base::base;
  static constexpr char const* wrapper_name = "averaged";

  template <parameter_layout Layout, floating T = float>
  struct state : wrapped_state<typename Inner::template state<Layout, T>> {
    aligned_array<T, Layout::size> average{};  ///< of the parameters; means nothing at 0 steps
    std::uint64_t average_steps = 0;           ///< steps that it is of

    /// Forgets the path so far: for parameters that were put elsewhere.
    void restart_average() noexcept {
      average = {};
      average_steps = 0;
    }
    static constexpr void record(auto& self, auto&& f) {
      state::wrapped_state::record(self, f);
      f.per_parameter("average", self.average.span());
      f.number("average_steps", self.average_steps);
    }
  };

  /// The average begins anew with parameters that were put elsewhere (optim::forget).
  template <class State, class T>
  void forget(State& s, layer_mask, T const*) const noexcept {
    s.restart_average();
  }

  /// Multiply-adds of a step: the inner optimizer's, and the average of all parameters.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask) noexcept {
    return optim::operations<Inner, Layout>(mask) + 2 * Layout::size;
  }

  /// Numbers that a step reads and writes: the inner optimizer's, and θ and the average of all.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr cost moved(layer_mask mask) noexcept {
    if (mask.empty()) return {};
    return optim::moved<Inner, Layout>(mask) + cost{0, 0, 2 * Layout::size, Layout::size};
  }

  /// r after so many steps.
  [[nodiscard]] static constexpr double share_of(std::uint64_t steps) noexcept {
    return std::max(1.0 / 150.0, 1.0 / (1.0 + static_cast<double>(steps) / 8.0));
  }

  /// Where the inner optimizer takes gradients in parts, so does this.
  static constexpr bool takes_parts = detail::in_parts_of<Inner>();

  /// One step of the inner optimizer; where it is done, reads 2n and writes n elements more.
  template <class Layout, class T, class Gradient>
  status step(T* theta, Gradient const& gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    status const result = this->inner.step(theta, gradient, s.inner, context);
    if (result != status::done) return result;
    T const r = static_cast<T>(share_of(s.average_steps++));
    kernel::update(Layout::size, s.average.data(), static_cast<T const*>(theta),
                   [=](auto& a, auto x) {
                     using V = std::remove_reference_t<decltype(a)>;
                     a = fma(V(r), x - a, a);
                   });
    return result;
  }
};
template <class Inner>
averaged(Inner) -> averaged<Inner>;

}  // namespace halo::optim

#include <halo/macros_back.hpp>
