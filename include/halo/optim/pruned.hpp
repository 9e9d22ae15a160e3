// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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
#include <halo/optim/operations.hpp>
#include <halo/optim/optimizer.hpp>

namespace halo::optim {

/// Any optimizer with some weights that are 0 and stay 0: pruning by magnitude [Han et al. 2015,
/// "Learning both weights and connections for efficient neural networks"].
///
/// A step of the inner optimizer, then zeros in what was pruned of the selected layers. The network
/// keeps its shape and its cost: nn::slimmed_parameters makes one that is really smaller. Nothing
/// is pruned until optim::prune says what. One bit a parameter, saved with the state. Inside of
/// averaged<...>, so that the average is one of zeros too. Allocates nothing.
template <class Inner>
struct pruned {
  Inner inner{};

  static constexpr char const* name = Inner::name;
  static constexpr std::size_t operations_per_parameter = Inner::operations_per_parameter;

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    typename Inner::template state<Layout, T> inner;
    aligned_array<std::uint64_t, (Layout::size + 63) / 64> gone;  ///< bit i % 64 of word i / 64

    template <class F>
    void fields(F&& f) {
      inner.fields(f);
      f("gone", gone.span());
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
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return {inner.template init<Layout, T>(), {}};
  }

  /// Multiply-adds of a step: the inner optimizer's.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask) noexcept {
    return optim::operations<Inner, Layout>(mask);
  }
  /// For optim::scheduled.
  void scale_rate(double factor) noexcept {
    inner.config.rate = static_cast<decltype(inner.config.rate)>(inner.config.rate * factor);
  }

  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    status const result = inner.step(theta, gradient, s.inner, context);
    if (result == status::done) s.clear(theta, context.mask);
    return result;
  }
};

/// What is compared when weights are pruned: those of each tensor, or of the whole network.
enum class threshold : unsigned char { per_tensor, global };

/// What pruning left of each tensor, in the order of the table.
template <parameter_layout Layout>
struct pruning_report {
  std::array<std::size_t, Layout::tensors> pruned{};
  std::size_t weights = 0;  ///< of all tensors of weights
  std::size_t gone = 0;     ///< of them
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
/// @param state  of pruned<...>
/// @param theta  parameters, in the order of the layout
/// @throws halo::error for a share outside [0, 1), a weight that is not finite, or a tensor that
/// would lose all its weights; nothing has changed then
template <class State, class T>
pruning_report<typename State::layout> prune(State& state, std::span<T> theta, double share,
                                             threshold of = threshold::per_tensor) {
  using layout = typename State::layout;
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
