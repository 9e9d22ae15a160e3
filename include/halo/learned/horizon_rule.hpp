// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <halo/core/portable.hpp>
#include <halo/learned/horizon_features.hpp>
#include <halo/learned/horizon_weights.hpp>
#include <halo/learned/number.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/program.hpp>
#include <halo/simd/math.hpp>

namespace halo::learned {

/// A rule of a few numbers that knows how long it has, how many rows there are and where it came
/// from.
///
/// With T the steps of the run, t those that are over, n the rows (50 where nobody said; ln n for n
/// in 5 ... 5000), L ← 0.8 L + 0.2 loss/baseline (the first loss at t = 0), τ = ln(T/30) for
/// T in 1 ... 1e5, ν = ln(n/50), λ = ln clip(loss at t = 0, 1e-3, 10):
///     ln ρ = rate + by_horizon τ + by_rows ν + by_loss ln clip(L, 1e-3, 10) + by_first λ
///            + bias, of a tensor with one axis; + head, of the last layer; + untold, without a T;
///            + nothing + nothing_by_horizon τ + nothing_by_rows ν + nothing_by_loss ln clip(L,
///            ...), where every layer was drawn anew; else + new + new_by_horizon τ + new_by_rows
///            ν, of a layer drawn anew; + beside_new, of the others where there is one; no more
///            than most - ln fan-in: a step moves an output by at most e^most times what its
///            inputs are in the mean; clipped to -14 ... -1
///     σ    = min(1, (t+1)/max(1, T min(½, e^warm_up))) (1 - t/T)^e^min(2, end)
///     m ← β m + (1-β) g,  v ← β₂ v + (1-β₂) g²,  s the logistic function,
///     β = s(momentum + momentum_by_horizon τ + momentum_by_rows ν),
///     β₂ = s(second + second_by_horizon τ), both corrected by the tensor's own count of steps
///     u = m (V/V₀)^(shrink/2) / √((1-a) v + a V),  a = s(blend),  V = mean of v over the tensor,
///     V₀ = its largest of the tensor's first five steps
///     κ = e^min(3, pull + pull_by_rows ν + pull_by_horizon τ + pull_by_first λ);
///     of layers drawn anew e^min(3, decay + decay_by_rows ν + decay_by_horizon τ)
///     θ ← θ - ρσ u - min(1, ρσκ) (θ - θ₀),  θ₀ = θ at the tensor's first step, 0 of layers drawn
///     anew
/// Where nobody said T, or it is over, T is taken for 3 (t+1), at least 30, and 1 - t/T for 2/3: a
/// rate that falls as the run goes on and never ends, for averaged weights.
///
/// No number depends on the scale of the gradient or the loss.
///
/// @tparam Pulls  false: κ = 0 but of layers drawn anew, and the start is not kept
template <bool Pulls = true>
struct horizon_program {
  static constexpr char const* name = Pulls ? "horizon_rule" : "horizon_rule without pull";
  static constexpr std::size_t operations_per_parameter = Pulls ? 16 : 14,
                               functions_per_parameter = 2, operations_per_tensor = 40;

  /// What a coordinate keeps: m, v, θ₀.
  enum coordinate_number : std::size_t { mean, square, start };
  /// What coordinates are told before they look: β, β₂, whether this is the tensor's first step.
  enum context_number : std::size_t { mean_kept, square_kept, is_first };
  /// What they are told before they move: the factor of m, (1-a) and a V under the root, ρσκ.
  enum decision_number : std::size_t { step_of_mean, share_of_square, floor_of_square, pull_back };
  static constexpr std::size_t state = Pulls ? 3 : 2, held = 0, tensor_state = 1, global_state = 2;
  [[nodiscard]] static constexpr allowed range_of(std::size_t k) {
    return k == square ? allowed::non_negative() : allowed::finite();
  }
  static constexpr std::size_t overview = 0, context = 3, carry = 0, sums = 1, decision = 4;
  static constexpr std::size_t sum_of_squares = 0;  ///< which of the sums V is
  static constexpr bool observes_constants = true;
  static constexpr bool gradient_once = true;

  static constexpr auto table = horizon_weights;

  template <class R, class Z, class Facts>
  static void survey(R const&, Facts const&, Z const*, Z const*, Z*) {}

  template <class R, class Z, class Facts>
  static void prepare(R const& r, Facts const& f, Z const*, Z const*, Z const*, Z* c) {
    run_time const t = detail::time_of(f);
    c[mean_kept] = numbers::mean_kept(r, f, t);
    c[square_kept] = numbers::square_kept(r, t);
    c[is_first] = as_number<Z>(f.own_step == 1 && !f.anew ? 1 : 0);
  }

  template <class R, class V>
  static void observe(R const& r, V const& gradient, V const& theta, V* s, V*, V* sum) {
    using autodiff::fma;
    V const g = stop_gradient(gradient), one = as_number<V>(1);
    V const b = stop_gradient(r.row(mean_kept)), b2 = stop_gradient(r.row(square_kept));
    s[mean] = fma(b, stop_gradient(s[mean]), (one - b) * g);
    s[square] = fma(b2, stop_gradient(s[square]), (one - b2) * (g * g));
    if constexpr (Pulls)
      s[start] = fma(stop_gradient(r.row(is_first)), stop_gradient(theta), stop_gradient(s[start]));
    sum[0] = s[square];
  }

  template <class R, class Z, class Facts>
  static void decide(R const& r, Facts const& f, Z const* sum, Z* tensor, Z const* global, Z* d) {
    using simd::exp;
    using simd::sigmoid;
    run_time const t = detail::time_of(f);
    double const lost = 1 - detail::power(value_of(numbers::square_kept(r, t)), f.own_step);
    double const v = value_of(sum[0]) / lost;  // V
    double most = value_of(tensor[0]);
    if (f.own_step <= 5) tensor[0] = as_number<Z>(most = std::max(most, v));
    double const first = detail::log_loss(detail::first_loss(f, global[1]));
    Z const pace = exp(numbers::log_rate(
                       r, f, t, detail::log_loss(detail::running_loss(f, global[0])), first)) *
                   numbers::schedule(r, t);
    Z const corrected = as_number<Z>(1) /
                        (as_number<Z>(1) - detail::power(numbers::mean_kept(r, f, t), f.own_step));
    double const ratio = std::clamp(v / std::max(most, 1e-38), 1e-12, 1.0);
    Z const shrunk = exp(r.weight(table["shrink"]) * as_number<Z>(0.5 * core::portable_log(ratio)));
    Z const blend = sigmoid(r.weight(table["blend"]));
    d[step_of_mean] = pace * shrunk * corrected;
    d[share_of_square] = (as_number<Z>(1) - blend) * as_number<Z>(1 / lost);
    d[floor_of_square] = blend * as_number<Z>(v) + as_number<Z>(1e-30);
    d[pull_back] = as_number<Z>(0);
    if (f.anew)
      d[pull_back] = detail::clipped(pace * exp(numbers::log_decay(r, f, t)), 0, 1);
    else if (Pulls)
      d[pull_back] = detail::clipped(pace * exp(numbers::log_pull(r, f, t, first)), 0, 1);
  }

  template <class R, class V>
  static V apply(R const& r, V const&, V const& theta, V* s, V const*) {
    using autodiff::fma;
    using std::sqrt;
    V const v = fma(r.row(share_of_square), stop_gradient(s[square]), r.row(floor_of_square));
    V const u = r.row(step_of_mean) * stop_gradient(s[mean]) / sqrt(v);
    if constexpr (Pulls)
      return theta - fma(r.row(pull_back), theta - stop_gradient(s[start]), u);
    else
      return theta - fma(r.row(pull_back), theta, u);
  }

  template <class R, class Z, class Facts>
  static void conclude(R const&, Facts const& f, Z const*, Z const*, Z* global) {
    global[1] = as_number<Z>(detail::first_loss(f, global[1]));
    global[0] = as_number<Z>(detail::running_loss(f, global[0]));
  }

  template <class R, class Z, class Facts>
  static void initial(R const&, Facts const&, Z* coordinate, Z* tensor, Z* global) {
    for (std::size_t k = 0; k < state; ++k) coordinate[k] = as_number<Z>(0);
    tensor[0] = global[0] = global[1] = as_number<Z>(0);
  }

 private:
  using run_time = detail::run_time;
  using numbers = detail::horizon_numbers;
};

/// The rule as an optimizer. Untrained it is what one would write down: AdamW at 0.005 that warms
/// up for a tenth of the run and falls to nothing, with a pull of 0.1 to the start in place of
/// decay. learned::halo_rule has the numbers that evolution found.
template <floating W = float, bool Pulls = true>
using horizon_rule = optimizer<horizon_program<Pulls>, W>;

}  // namespace halo::learned

#include <halo/macros_back.hpp>
