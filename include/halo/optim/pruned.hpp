// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/optim/wrapper.hpp>

namespace halo::optim {

/// Any optimizer with some weights that are 0 and stay 0: pruning by magnitude [Han et al. 2015,
/// "Learning both weights and connections for efficient neural networks"].
///
/// A step of the inner optimizer, then zeros in what was pruned of the selected layers. The network
/// keeps its shape and its cost: nn::slimmed_parameters makes one that is really smaller. Nothing
/// is pruned until optim::prune says what. One bit a parameter, saved with the state. What is
/// pruned is 0 in an average too, inside or outside of this one. Allocates nothing.
template <class Inner>
struct pruned : wrapper<pruned<Inner>, Inner> {
  using base = wrapper<pruned, Inner>;
  using base::base;
  static constexpr char const* wrapper_name = "pruned";

  template <parameter_layout Layout, floating T = float>
  struct state : wrapped_state<typename Inner::template state<Layout, T>> {
    aligned_array<std::uint64_t, (Layout::size + 63) / 64> gone{};  ///< bit i % 64 of word i / 64

    static constexpr void record(auto& self, auto&& f) {
      state::wrapped_state::record(self, f);
      f.per_problem("gone", self.gone.span());
    }
    /// Writes zeros into what was pruned of some layers.
    void clear(T* theta, layer_mask mask) const noexcept {
      for_each_run<Layout>(
          mask, [](std::size_t) { return 0; },
          [&](std::size_t begin, std::size_t end, std::size_t) {
            for (std::size_t w = begin / 64; w * 64 < end; ++w) {
              std::uint64_t bits = gone[w];
              if (w * 64 < begin) bits &= ~std::uint64_t{0} << (begin - w * 64);
              if (end - w * 64 < 64) bits &= ~(~std::uint64_t{0} << (end - w * 64));
              for (; bits != 0; bits &= bits - 1)
                theta[w * 64 + static_cast<std::size_t>(std::countr_zero(bits))] = T(0);
            }
          });
    }
  };

  /// Of parameters that were replaced, those stay pruned that are 0 (optim::forget).
  template <class Layout, class T>
  void forget(state<Layout, T>& s, layer_mask layers, T const* theta) const noexcept {
    for_each_run<Layout>(
        layers, [](std::size_t) { return 0; },
        [&](std::size_t begin, std::size_t end, std::size_t) {
          for (std::size_t i = begin; i < end; ++i)
            if (theta[i] != T(0)) s.gone[i / 64] &= ~(std::uint64_t{1} << (i % 64));
        });
  }

  /// One step of the inner optimizer; where it is done, writes the zeros of the selected layers.
  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    status const result = this->inner.step(theta, gradient, s.inner, context);
    if (result != status::done) return result;
    s.clear(theta, context.mask);
    if constexpr (keeps_average<decltype(s.inner)>) s.clear(average(s.inner).data(), context.mask);
    return result;
  }
};
template <class Inner>
pruned(Inner) -> pruned<Inner>;

namespace detail {

/// The part of a state that knows what was pruned.
template <class State>
[[nodiscard]] auto& with_gone(State& s) noexcept {
  if constexpr (requires { s.gone; })
    return s;
  else
    return with_gone(s.inner);
}

}  // namespace detail

/// What is compared when weights are pruned: those of each tensor, or of the whole network.
enum class threshold : unsigned char { per_tensor, global };

/// What pruning left of each tensor, in the order of the table.
template <parameter_layout Layout>
struct pruning_report {
  std::array<std::size_t, Layout::tensors> pruned{};  ///< zeros of each tensor
  std::size_t weights = 0;                            ///< of all tensors of weights
  std::size_t gone = 0;                               ///< of them
};

/// Prunes a share of the weights, those of smallest magnitude: they become 0 here, and a step of
/// pruned<...> keeps them so. Biases and gains stay.
///
///     std::vector<float> theta(device.parameters().begin(), device.parameters().end());
///     optim::prune(device.state(), std::span(theta), 0.7);
///     device.assign(theta);
///
/// ⌊share · weights⌋ go, of equals the earlier; what was pruned before is 0 and goes first.
/// Allocates.
/// @param of_optimizer  the state of pruned<...>, or of a wrapper around it
/// @param theta  parameters, in the order of the layout
/// @throws halo::error for a share outside [0, 1), a weight that is not finite, or a tensor that
/// would lose all its weights; nothing has changed then
template <class State, class T>
pruning_report<typename State::layout> prune(State& of_optimizer, std::span<T> theta, double share,
                                             threshold of = threshold::per_tensor) {
  using layout = typename State::layout;
  auto& state = detail::with_gone(of_optimizer);
  HALO_EXPECTS(theta.size() == layout::size, "prune: one value for every parameter");
  if (!(share >= 0 && share < 1))
    fail("prune", "share", "at least 0 and below 1", std::to_string(share));
  pruning_report<layout> report;
  std::vector<std::size_t> all;  // candidates
  decltype(state.gone) gone{};
  auto const take = [&] {
    std::stable_sort(all.begin(), all.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(theta[a]) < std::abs(theta[b]);
    });
    auto const n = static_cast<std::size_t>(share * static_cast<double>(all.size()));
    for (std::size_t i = 0; i < n; ++i) gone[all[i] / 64] |= std::uint64_t{1} << (all[i] % 64);
    all.clear();
  };
  for (parameter_info const& info : layout::table) {
    if (info.role != parameter_role::weight) continue;
    for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
      if (!std::isfinite(theta[i])) fail("prune", info.name(), "finite weights", "NaN or infinity");
      all.push_back(i);
    }
    if (of == threshold::per_tensor) take();
  }
  take();
  for (std::size_t t = 0; t < layout::tensors; ++t) {
    parameter_info const& info = layout::table[t];
    if (info.role != parameter_role::weight) continue;
    for (std::size_t i = info.offset; i < info.offset + info.count; ++i)
      report.pruned[t] += (gone[i / 64] >> (i % 64)) & 1U;
    report.weights += info.count;
    report.gone += report.pruned[t];
    if (report.pruned[t] == info.count) {
      fail("prune", info.name(), "a weight that stays",
           "that all " + std::to_string(info.count) +
               " would go; let a smaller share go, or compare within each tensor");
    }
  }
  state.gone = gone;
  state.clear(theta.data(), layer_mask::all());
  return report;
}

}  // namespace halo::optim

#include <halo/macros_back.hpp>
