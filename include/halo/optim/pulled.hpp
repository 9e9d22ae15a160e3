// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <halo/core/aligned.hpp>
#include <halo/kernel/update.hpp>
#include <halo/optim/wrapper.hpp>

namespace halo::optim {

namespace detail {

/// The rate that an optimizer has as an option, or the one inside of it; 1e-3 where there is none.
template <class O>
[[nodiscard]] constexpr double rate_inside(O const& o) noexcept {
  if constexpr (requires { double{o.config.rate}; })
    return double{o.config.rate};
  else if constexpr (requires { o.inner; })
    return rate_inside(o.inner);
  else
    return 1e-3;
}

}  // namespace detail

/// Any optimizer with a pull to where the parameters came from in place of a decay to zero: for a
/// network that was trained before and adapts to few rows, whose parameters say more than zero does
/// [L2-SP: Li, Grandvalet & Davoine 2018].
///
///     θ ← θ - s (θ - θ₀),  s = min(1, context.rate · rate · pull)
/// behind a step of the inner optimizer, of what it has led to, for the selected layers but those
/// that began the run drawn (step_context::anew): where these came from means nothing. The rate is
/// the inner optimizer's option, 1e-3 where it has none, so that `pull` has the units of AdamW's
/// weight_decay. A schedule around this one reaches both, one inside the step alone. θ₀ is θ at a
/// tensor's first step and stays for the run; behind new parameters (optim::forget) it is these.
/// What is exactly 0 stays, so that pruned weights do. Costs one more array and three operations a
/// parameter.
///
///     optim::pulled(optim::adam{}, {.pull = 1})
template <class Inner>
struct pulled : wrapper<pulled<Inner>, Inner> {
  struct config_type {
    float pull = 1;  ///< κ
    static constexpr void record(auto& self, auto&& f) {
      f.option("pull", self.pull, allowed::non_negative());
    }
  };
  config_type config{};

  using base = wrapper<pulled, Inner>;
  static constexpr char const* wrapper_name = "pulled";
  static constexpr void record(auto& self, auto&& f) {
    base::record(self, f);
    f.part("", self.config);
  }

  constexpr pulled() = default;
  /// An optimizer whose steps are pulled back to where parameters began.
  constexpr pulled(Inner optimizer, config_type c = {}) : base(std::move(optimizer)), config(c) {}

  template <parameter_layout Layout, floating T = float>
  struct state : wrapped_state<typename Inner::template state<Layout, T>> {
    aligned_array<T, Layout::size> start{};              ///< θ₀; 0 before a tensor's first step
    std::array<std::uint64_t, Layout::tensors> begun{};  ///< 1: had its first step

    static constexpr void record(auto& self, auto&& f) {
      state::wrapped_state::record(self, f);
      f.per_parameter("start", self.start.span());
      f.per_tensor("begun", std::span(self.begun), allowed::share());
    }
  };

  /// Multiply-adds of a step: the inner optimizer's, and three a selected parameter.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask) noexcept {
    return optim::operations<Inner, Layout>(mask) + 3 * selected_parameters<Layout>(mask);
  }

  /// Numbers that a step reads and writes: the inner optimizer's, and once more θ and its start.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr cost moved(layer_mask mask) noexcept {
    std::uint64_t const n = selected_parameters<Layout>(mask);
    return optim::moved<Inner, Layout>(mask) + cost{0, 0, 2 * n, n};
  }

  /// One step; where it is done, reads 2n and writes n elements more of the selected ranges.
  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    auto const beginners = [&](auto&& body) {
      for (std::size_t i = 0; i < Layout::tensors; ++i) {
        parameter_info const& info = Layout::table[i];
        if (context.mask[info.layer] && s.begun[i] == 0) body(i, info.offset, info.count);
      }
    };
    beginners([&](std::size_t, std::size_t at, std::size_t n) {
      std::copy_n(theta + at, n, s.start.data() + at);
    });
    status const result = this->inner.step(theta, gradient, s.inner, context);
    if (result != status::done) {
      beginners([&](std::size_t, std::size_t at, std::size_t n) {
        std::fill_n(s.start.data() + at, n, T(0));
      });
      return result;
    }
    beginners([&](std::size_t i, std::size_t, std::size_t) { s.begun[i] = 1; });
    auto const share = static_cast<T>(std::min(
        1.0, context.rate * detail::rate_inside(this->inner) * static_cast<double>(config.pull)));
    if (!(share > T(0))) return result;
    layer_mask known = context.mask;
    for (std::size_t i = 0; i < Layout::layers; ++i) known.set(i, known[i] && !context.anew[i]);
    for_each_run<Layout>(
        known, [](std::size_t) { return 0; },
        [&](std::size_t begin, std::size_t end, std::size_t) {
          kernel::update(end - begin, theta + begin, static_cast<T const*>(s.start.data() + begin),
                         [=](auto& x, auto from) {
                           using V = std::remove_reference_t<decltype(x)>;
                           // within [x, from] whatever rounds, and without a difference that
                           // could be infinite
                           V const y = fma(V(share), from, (V(1) - V(share)) * x);
                           V const held = max(min(y, max(x, from)), min(x, from));
                           x = select(x == V(0), x, held);
                         });
        });
    return result;
  }
};
template <class Inner>
pulled(Inner) -> pulled<Inner>;

}  // namespace halo::optim

#include <halo/macros_back.hpp>
