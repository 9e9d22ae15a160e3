// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/core/bad_option.hpp>
#include <halo/core/portable.hpp>
#include <halo/learned/number.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/recurrent.hpp>
#include <halo/learned/tensor_features.hpp>
#include <halo/learned/tensor_options.hpp>
#include <halo/learned/tensor_prior.hpp>
#include <halo/learned/tensor_step.hpp>
#include <halo/learned/tensor_weights.hpp>
#include <halo/optim/gated.hpp>
#include <halo/simd/math.hpp>

namespace halo::learned {

/// An Adam-like step whose rate, momentum, second moment and weight decay a recurrent network
/// chooses for every tensor: one GRU a tensor, fed with statistics that no scale changes, and one
/// for the problem. No network runs for a coordinate, which costs a few of Adam's steps.
///
/// For every coordinate m₁₀, m₁₀₀ (decays 0.9, 0.99 of g) and v₁₀₀, v₁₀₀₀ (0.99, 0.999 of g²), all
/// corrected by the tensor's own count of steps, and for every tensor x = tensor_features:
///     T ← GRU([x, Q], T),   Q ← GRU(mean T, Q),   o = [T, Q]·W + b
///     θ ← θ - e^λ (w₀ g + w₁ m₁₀ + w₂ m₁₀₀)(v₁₀₀ + 1e-20)^(-d/2) (v₁₀₀₀ + 1e-20)^(-(1-d)/2)
///           - e^λ κ θ
/// With the prior λ = ln rate + lim(2 o₀, span), w = softmax(logits + o₁₋₃), d = σ(o₄) and
/// κ = min(decay · exp(lim(2 o₅, span_decay)), 1) (o₅ does nothing where its span is 0), where
/// lim(z, a) = z/√(1 + (z/a)²) never saturates as tanh does: W = b = 0, which is what untrained
/// weights are, gives tensor_prior. The prototype let κ reach 3, which only training sets below
/// some 1,000 examples come to. Without it λ = base + span·tanh(4 o₀/span), w = softmax(o₁₋₃), κ =
/// 0. Statistics are constants in meta-training: derivatives flow through the networks, decisions
/// and θ alone.
template <tensor_options O = tensor_options{}>
struct tensor_program {
  static constexpr tensor_options options = O;
  static_assert(!first_bad_option(O), "halo: tensor_rnn: an option is out of its range");
  using preferred_policy = optim::gated<>;  // measured: docs/results.md
  /// Of the GRU a tensor has, of the problem's.
  static constexpr std::size_t units = O.units, global_units = O.global_units;
  /// What a tensor sees, what it decides.
  static constexpr std::size_t features = O.prior ? 21 : 16, outputs = O.prior ? 6 : 5;
  static constexpr char const* name = O.prior ? "tensor_rnn" : "tensor_rnn_without_prior";
  static constexpr std::size_t operations_per_parameter = 42, functions_per_parameter = 3;
  static constexpr std::size_t operations_per_tensor =
      3 * units * (features + global_units + units) + outputs * (units + global_units);
  static constexpr std::size_t operations_per_step = 3 * global_units * (units + global_units);

  /// What a coordinate keeps: m₁₀, m₁₀₀, v₁₀₀, v₁₀₀₀ and the last update.
  enum coordinate_number : std::size_t { mean10, mean100, square100, square1000, last_update };
  static constexpr std::size_t state = 5, held = 1;
  [[nodiscard]] static constexpr allowed range_of(std::size_t k) {
    return k == square100 || k == square1000 ? allowed::non_negative() : allowed::finite();
  }
  /// Of a tensor: T; of the problem: Q and three means of the log-loss, from at_trend on.
  static constexpr std::size_t tensor_state = units, at_trend = global_units,
                               global_state = global_units + 3;
  static constexpr std::size_t overview = 0, context = 0, carry = 0;
  using statistic = tensor_statistics;  ///< what a coordinate reports
  static constexpr std::size_t sums = statistic::count;
  /// What a coordinate is told: factors of g, m₁₀, m₁₀₀, v₁₀₀, v₁₀₀₀; d; the factor of θ.
  enum decision_number : std::size_t { of_g, of_m10, of_m100, of_v100, of_v1000, power, of_theta };
  static constexpr std::size_t decision = 7;
  static constexpr bool observes_constants = true;
  /// Of m₁₀, m₁₀₀, v₁₀₀, v₁₀₀₀.
  static constexpr std::array<double, 4> decays{0.9, 0.99, 0.99, 0.999};

  static constexpr auto table = tensor_weights<O, features, outputs>;

  template <class R, class Z, class Facts>
  static void survey(R const&, Facts const&, Z const*, Z const*, Z*) {}
  template <class R, class Z, class Facts>
  static void prepare(R const&, Facts const&, Z const*, Z const*, Z const*, Z*) {}

  template <class R, class V>
  static void observe(R const&, V const& gradient, V const& theta, V* s, V*, V* sum) {
    using autodiff::fma;
    V const g = stop_gradient(gradient), x = stop_gradient(theta),
            u = stop_gradient(s[last_update]);
    V const square = g * g;
    for (std::size_t k = 0; k < 4; ++k) {
      V const keep = as_number<V>(decays[k]);  // (1 - keep) x: x + keep (s - x) would lose digits
      s[k] =
          fma(keep, stop_gradient(s[k]), (as_number<V>(1) - keep) * (k < square100 ? g : square));
    }
    sum[statistic::gradient] = square;
    sum[statistic::momentum_10] = s[mean10] * s[mean10];
    sum[statistic::momentum_100] = s[mean100] * s[mean100];
    sum[statistic::second_100] = s[square100];
    sum[statistic::second_1000] = s[square1000];
    sum[statistic::parameter] = x * x;
    sum[statistic::momentum_by_gradient] = s[mean10] * g;
    sum[statistic::gradient_by_update] = g * u;
    sum[statistic::update] = u * u;
    sum[statistic::momentum_by_update] = s[mean100] * u;
  }

  template <class R, class Z, class Facts>
  static void decide(R const& r, Facts const& f, Z const* mean, Z* tensor, Z const* global, Z*) {
    std::array<double, features> seen;
    facts<double> const known = widened(f);
    tensor_features<features>(statistics(f, mean), known, trend(known, global), seen.data());
    std::array<Z, features + global_units + units> x;
    for (std::size_t k = 0; k < features; ++k) x[k] = as_number<Z>(seen[k]);
    for (std::size_t k = 0; k < global_units; ++k) x[features + k] = global[k];
    for (std::size_t k = 0; k < units; ++k) x[features + global_units + k] = tensor[k];
    gru<features + global_units, units>(
        x.data(),
        [&](Z const* in, Z* out) {
          r.template affine<features + global_units + units, 2 * units>(
              in, table["tensor.gates"], table["tensor.gates_bias"], out);
        },
        [&](Z const* in, Z* out) {
          r.template affine<features + global_units + units, units>(
              in, table["tensor.candidate"], table["tensor.candidate_bias"], out);
        },
        tensor);
  }

  template <class R, class Z, class Facts>
  static void conclude(R const& r, Facts const& f, Z const* total, Z const*, Z* global) {
    loss_trend const now = trend(widened(f), global);
    std::array<Z, units + global_units> x;
    for (std::size_t k = 0; k < units; ++k) x[k] = total[k] * (1 / f.tensors);
    for (std::size_t k = 0; k < global_units; ++k) x[units + k] = global[k];
    gru<units, global_units>(
        x.data(),
        [&](Z const* in, Z* out) {
          r.template affine<units + global_units, 2 * global_units>(
              in, table["global.gates"], table["global.gates_bias"], out);
        },
        [&](Z const* in, Z* out) {
          r.template affine<units + global_units, global_units>(
              in, table["global.candidate"], table["global.candidate_bias"], out);
        },
        global);
    for (std::size_t k = 0; k < 3; ++k) global[at_trend + k] = as_number<Z>(now.mean[k]);
  }

  template <class R, class Z, class Facts>
  static void settle(R const& r, Facts const& f, Z const* tensor, Z const* global, Z* decided) {
    using simd::exp;
    using simd::sigmoid;
    facts<double> const known = widened(f);
    std::array<Z, units + global_units> x;
    for (std::size_t k = 0; k < units; ++k) x[k] = tensor[k];
    for (std::size_t k = 0; k < global_units; ++k) x[units + k] = global[k];
    std::array<Z, outputs> o;
    r.template affine<units + global_units, outputs>(x.data(), table["output"],
                                                     table["output_bias"], o.data());
    std::array<Z, 3> logits{o[1], o[2], o[3]};
    Z rate, decay = as_number<Z>(0);
    if constexpr (O.prior) {
      tensor_prior const p = tensor_prior_of(known, value_of(global[at_trend + 1]));
      for (std::size_t k = 0; k < 3; ++k) logits[k] = logits[k] + as_number<Z>(p.logits[k]);
      rate = as_number<Z>(p.rate) * exp(limited(o[0] * as_number<Z>(2)));
      decay = as_number<Z>(p.decay);
      if constexpr (O.span_decay > 0)
        decay = decay * exp(soft_clamp(o[5] * as_number<Z>(2), O.span_decay));
      if (value_of(decay) > most_decay) decay = as_number<Z>(most_decay);
    } else {
      rate = exp(r.weight(table["log_rate"]) + limited(o[0] * as_number<Z>(4)));
    }
    std::array<Z, 3> const share = softmax(logits);
    std::array<double, 4> const lost = corrections(f);
    decided[of_g] = rate * share[0];
    decided[of_m10] = rate * share[1] * as_number<Z>(1 / lost[mean10]);
    decided[of_m100] = rate * share[2] * as_number<Z>(1 / lost[mean100]);
    decided[of_v100] = as_number<Z>(1 / lost[square100]);
    decided[of_v1000] = as_number<Z>(1 / lost[square1000]);
    decided[power] = sigmoid(o[4]);
    decided[of_theta] = rate * decay;
  }

  template <class R, class V>
  static V apply(R const& r, V const& gradient, V const& theta, V* s, V const*) {
    using autodiff::fma;
    V const floor = as_number<V>(1e-20);
    V const mixed =
        fma(r.row(of_m100), stop_gradient(s[mean100]),
            fma(r.row(of_m10), stop_gradient(s[mean10]), r.row(of_g) * stop_gradient(gradient)));
    V const v1 = fma(stop_gradient(s[square100]), stop_gradient(r.row(of_v100)), floor);
    V const v2 = fma(stop_gradient(s[square1000]), stop_gradient(r.row(of_v1000)), floor);
    V update = scaled_by_powers(mixed, v1, v2, r.row(power));
    if constexpr (O.prior) update = fma(r.row(of_theta), theta, update);
    s[last_update] = stop_gradient(update);
    return theta - update;
  }

  template <class R, class Z, class Facts>
  static void initial(R const& r, Facts const&, Z* coordinate, Z* tensor, Z* global) {
    for (std::size_t k = 0; k < state; ++k) coordinate[k] = as_number<Z>(0);
    for (std::size_t k = 0; k < units; ++k) tensor[k] = r.weight(table["tensor.initial"] + k);
    for (std::size_t k = 0; k < global_units; ++k)
      global[k] = r.weight(table["global.initial"] + k);
    for (std::size_t k = 0; k < 3; ++k) global[at_trend + k] = as_number<Z>(0);
  }

 private:
  /// 1 - β^t of each running mean, for β as the coordinates' type rounds it.
  template <class T>
  static std::array<double, 4> corrections(facts<T> const& f) noexcept {
    std::array<double, 4> c;
    for (std::size_t k = 0; k < 4; ++k)
      c[k] = 1 - core::portable_power(static_cast<double>(static_cast<T>(decays[k])),
                                      static_cast<double>(f.own_step));
    return c;
  }
  template <class Z>
  static loss_trend trend(facts<double> const& f, Z const* global) noexcept {
    loss_trend t;
    for (std::size_t k = 0; k < 3; ++k) t.mean[k] = value_of(global[at_trend + k]);
    t.add(f.loss, f.step == 1);
    return t;
  }
  template <class T, class Z>
  static statistic statistics(facts<T> const& f, Z const* mean) noexcept {
    std::array<double, 4> const c = corrections(f);
    statistic t;
    for (std::size_t k = 0; k < sums; ++k) t.mean[k] = value_of(mean[k]);
    t.mean[statistic::momentum_10] /= c[mean10] * c[mean10];
    t.mean[statistic::momentum_100] /= c[mean100] * c[mean100];
    t.mean[statistic::second_100] /= c[square100];
    t.mean[statistic::second_1000] /= c[square1000];
    t.mean[statistic::momentum_by_gradient] /= c[mean10];
    t.mean[statistic::momentum_by_update] /= c[mean100];
    return t;
  }

  template <class Z>
  static Z limited(Z const& z) {
    using simd::tanh;
    double const a = value_of(z) > 0 ? O.span_up : O.span_down;
    if constexpr (O.prior)
      return soft_clamp(z, a);
    else
      return tanh(z * as_number<Z>(1 / a)) * as_number<Z>(a);
  }
};

/// The tensor-wise RNN as an optimizer; untrained it is its prior.
template <tensor_options O = tensor_options{}, floating W = float>
using tensor_rnn = optimizer<tensor_program<O>, W>;

}  // namespace halo::learned
