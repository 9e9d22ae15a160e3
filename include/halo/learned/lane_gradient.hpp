// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/taped_reader.hpp>

namespace halo::learned {

/// The backward passes over a tensor's coordinates: a register of coordinates at a time is run
/// again on a small tape, which stays in the cache, seeded and swept.
///
/// Adjoints of weights and rows keep one lane a coordinate and are summed at the end, so that the
/// result does not depend on how coordinates fell into registers more than its lane sums do.
template <program P, floating T, class Arch = simd::default_arch>
class lane_gradient {
  using V = simd::batch<T, Arch>;
  using variable = autodiff::variable<V>;

 public:
  lane_gradient()
      : weights_(P::table.size, V(T(0))), row_(std::max(P::context, P::decision) + 1, V(T(0))) {}

  /// Backward through apply().
  ///
  /// @param before, after  states of the tensor around the step; carry as observe() left it
  /// @param theta_adjoint  dJ/dθ(new) → dJ/dθ(old)
  /// @param state_adjoint  dJ/d(new state) → dJ/d(state that observe() left)
  /// @param carry_adjoint, row_adjoint  written; row: P::decision
  /// @param gradient_adjoint  added to, unless null
  void apply(T const* phi, T const* row, std::size_t n, T const* theta, T const* gradient,
             T const* before, T const* after, T const* carry, T* theta_adjoint, T* state_adjoint,
             T* carry_adjoint, T* row_adjoint, T* gradient_adjoint) {
    begin_rows(P::decision);
    taped_reader<V> const reader(tape_, phi, weights_.data(), row, row_.data());
    detail::for_each_register<T, Arch>(n, [&](std::size_t tile, std::size_t lane, auto chunk) {
      std::size_t const at = tile * P::state * tile_lanes + lane;
      std::size_t const at_carry = tile * P::carry * tile_lanes + lane;
      tape_.clear();
      reader.clear();
      at_least_one<variable, P::state> s, in;
      at_least_one<variable, P::carry> c;
      constexpr std::size_t kept = P::state - P::held;
      for (std::size_t k = 0; k != P::state; ++k)
        s[k] = in[k] = number((k < kept ? after : before) + at + k * tile_lanes);
      if constexpr (P::carry > 0)
        for (std::size_t k = 0; k != P::carry; ++k)
          c[k] = number(carry + at_carry + k * tile_lanes);
      variable const g(tape_, chunk.load(gradient)), x(tape_, chunk.load(theta));
      variable const moved = P::apply(reader, g, x, s.data(), c.data());
      tape_.seed(moved.node(), chunk.load(static_cast<T const*>(theta_adjoint)));
      for (std::size_t k = 0; k != P::state; ++k)
        tape_.seed(s[k].node(), V::load(state_adjoint + at + k * tile_lanes));
      tape_.sweep();
      reader.collect();
      chunk.store(theta_adjoint, x.adjoint());
      for (std::size_t k = 0; k != P::state; ++k)
        in[k].adjoint().store(state_adjoint + at + k * tile_lanes);
      if constexpr (P::carry > 0)
        for (std::size_t k = 0; k != P::carry; ++k)
          c[k].adjoint().store(carry_adjoint + at_carry + k * tile_lanes);
      add(gradient_adjoint, chunk, g);
    });
    end_rows(P::decision, row_adjoint);
  }

  /// Backward through observe().
  ///
  /// @param mean_adjoint   dJ/d(means over the tensor)
  /// @param state_adjoint  dJ/d(state it left) → dJ/d(state before)
  /// @param theta_adjoint  added to; gradient_adjoint too, unless null
  /// @param row_adjoint    written; P::context
  void observe(T const* phi, T const* row, std::size_t n, T const* theta, T const* gradient,
               T const* before, T const* carry_adjoint, T const* mean_adjoint, T* theta_adjoint,
               T* state_adjoint, T* row_adjoint, T* gradient_adjoint) {
    begin_rows(P::context);
    taped_reader<V> const reader(tape_, phi, weights_.data(), row, row_.data());
    T const share = T(1) / static_cast<T>(n);
    detail::for_each_register<T, Arch>(n, [&](std::size_t tile, std::size_t lane, auto chunk) {
      std::size_t const at = tile * P::state * tile_lanes + lane;
      std::size_t const at_carry = tile * P::carry * tile_lanes + lane;
      tape_.clear();
      reader.clear();
      at_least_one<variable, P::state> s, in;
      at_least_one<variable, P::carry> c;
      at_least_one<variable, P::sums> sum;
      for (std::size_t k = 0; k != P::state; ++k)
        s[k] = in[k] = number(before + at + k * tile_lanes);
      variable const g(tape_, chunk.load(gradient)), x(tape_, chunk.load(theta));
      P::observe(reader, g, x, s.data(), c.data(), sum.data());
      for (std::size_t k = 0; k != P::state; ++k)
        tape_.seed(s[k].node(), V::load(state_adjoint + at + k * tile_lanes));
      if constexpr (P::carry > 0)
        for (std::size_t k = 0; k != P::carry; ++k)
          tape_.seed(c[k].node(), V::load(carry_adjoint + at_carry + k * tile_lanes));
      for (std::size_t k = 0; k != P::sums; ++k)
        tape_.seed(sum[k].node(), chunk.fill(V(mean_adjoint[k] * share), T(0)));
      tape_.sweep();
      reader.collect();
      for (std::size_t k = 0; k != P::state; ++k)
        in[k].adjoint().store(state_adjoint + at + k * tile_lanes);
      add(theta_adjoint, chunk, x);
      add(gradient_adjoint, chunk, g);
    });
    end_rows(P::context, row_adjoint);
  }

  /// Adds the lanes' sums to the adjoints of the weights, and starts again from zero.
  void add_weights(std::span<T> to) noexcept {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      to[i] += lane_sum(weights_[i]);
      weights_[i] = V(T(0));
    }
  }

 private:
  [[nodiscard]] variable number(T const* p) { return variable(tape_, V::load(p)); }
  template <class Chunk>
  static void add(T* to, Chunk const& chunk, variable const& x) noexcept {
    if (to == nullptr) return;
    chunk.store(to, chunk.load(static_cast<T const*>(to)) + x.adjoint());
  }
  void begin_rows(std::size_t count) noexcept { std::fill_n(row_.begin(), count, V(T(0))); }
  void end_rows(std::size_t count, T* to) const noexcept {
    for (std::size_t i = 0; i < count; ++i) to[i] = lane_sum(row_[i]);
  }

  autodiff::tape<V> tape_;
  std::vector<V> weights_;
  std::vector<V> row_;
};

}  // namespace halo::learned

#include <halo/macros_back.hpp>
