// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <halo/core/bad_option.hpp>
#include <halo/learned/number.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/recurrent.hpp>
#include <halo/learned/tensor_features.hpp>
#include <halo/learned/tensor_options.hpp>
#include <halo/learned/tensor_prior.hpp>
#include <halo/learned/tensor_step.hpp>
#include <halo/learned/weight_table.hpp>
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
  static constexpr std::size_t K1 = O.units, K2 = O.global_units;
  static constexpr std::size_t features = O.prior ? 21 : 16, outputs = O.prior ? 6 : 5;
  static constexpr std::size_t F = features;
  static constexpr char const* name = O.prior ? "tensor_rnn" : "tensor_rnn_without_prior";
  static constexpr std::size_t operations_per_parameter = 44;
  static constexpr std::size_t operations_per_tensor = 3 * K1 * (F + K2 + K1) + outputs * (K1 + K2);
  static constexpr std::size_t operations_per_step = 3 * K2 * (K1 + K2);

  // a coordinate: m10, m100, v100, v1000, last update; the problem: Q and means of the log-loss
  static constexpr std::uint64_t squares =
      0b01100;  ///< which numbers of a coordinate are means of them
  static constexpr std::size_t state = 5, held = 1, tensor_state = K1, global_state = K2 + 3;
  static constexpr std::size_t overview = 0, context = 0, carry = 0, sums = 10;
  static constexpr std::size_t decision = 7;  // factors of g, m, m; of v, v; d; of θ
  static constexpr bool observes_constants = true;
  static constexpr std::array<double, 4> decays{0.9, 0.99, 0.99, 0.999};

  static constexpr auto table = [] {
    return weight_table{std::to_array<weight_info>({
        {"tensor.gates", F + K2 + K1, 2 * K1, gaussian(1 / root(F + K2 + K1))},
        {"tensor.gates_bias", 1, 2 * K1, constant(1.0)},
        {"tensor.candidate", F + K2 + K1, K1, gaussian(1 / root(F + K2 + K1))},
        {"tensor.candidate_bias", 1, K1},
        {"global.gates", K1 + K2, 2 * K2, gaussian(1 / root(K1 + K2))},
        {"global.gates_bias", 1, 2 * K2, constant(1.0)},
        {"global.candidate", K1 + K2, K2, gaussian(1 / root(K1 + K2))},
        {"global.candidate_bias", 1, K2},
        {"output", K1 + K2, outputs},
        {"output_bias", 1, outputs},
        {"log_rate", O.prior ? 0 : 1, 1, constant(-6.2146080984221914)},
        {"tensor.initial", 1, K1},
        {"global.initial", 1, K2},
    })};
  }();

  template <class R, class Z, class Facts>
  static void survey(R const&, Facts const&, Z const*, Z const*, Z*) {}
  template <class R, class Z, class Facts>
  static void prepare(R const&, Facts const&, Z const*, Z const*, Z const*, Z*) {}

  template <class R, class V>
  static void observe(R const&, V const& gradient, V const& theta, V* s, V*, V* sum) {
    using autodiff::fma;
    V const g = constant_part(gradient), x = constant_part(theta), u = constant_part(s[4]);
    V const square = g * g;
    for (std::size_t k = 0; k < 4; ++k) {
      V const keep = typed<V>(decays[k]);  // (1 - keep) x: x + keep (s - x) would lose digits
      s[k] = fma(keep, constant_part(s[k]), (typed<V>(1) - keep) * (k < 2 ? g : square));
    }
    std::array<V, sums> const report{square, s[0] * s[0], s[1] * s[1], s[2],  s[3],
                                     x * x,  s[0] * g,    g * u,       u * u, s[1] * u};
    for (std::size_t k = 0; k < sums; ++k) sum[k] = report[k];
  }

  template <class R, class Z, class Facts>
  static void decide(R const& r, Facts const& f, Z const* mean, Z* tensor, Z const* global, Z*) {
    std::array<double, F> seen;
    facts<double> const known = widened(f);
    tensor_features<F>(statistics(f, mean), known, trend(known, global), seen.data());
    std::array<Z, F + K2 + K1> x;
    for (std::size_t k = 0; k < F; ++k) x[k] = typed<Z>(seen[k]);
    for (std::size_t k = 0; k < K2; ++k) x[F + k] = global[k];
    for (std::size_t k = 0; k < K1; ++k) x[F + K2 + k] = tensor[k];
    gru<F + K2, K1>(
        x.data(),
        [&](Z const* in, Z* out) {
          r.template affine<F + K2 + K1, 2 * K1>(in, table["tensor.gates"],
                                                 table["tensor.gates_bias"], out);
        },
        [&](Z const* in, Z* out) {
          r.template affine<F + K2 + K1, K1>(in, table["tensor.candidate"],
                                             table["tensor.candidate_bias"], out);
        },
        tensor);
  }

  template <class R, class Z, class Facts>
  static void conclude(R const& r, Facts const& f, Z const* total, Z const*, Z* global) {
    loss_trend const now = trend(widened(f), global);
    std::array<Z, K1 + K2> x;
    for (std::size_t k = 0; k < K1; ++k) x[k] = total[k] * (1 / f.tensors);
    for (std::size_t k = 0; k < K2; ++k) x[K1 + k] = global[k];
    gru<K1, K2>(
        x.data(),
        [&](Z const* in, Z* out) {
          r.template affine<K1 + K2, 2 * K2>(in, table["global.gates"], table["global.gates_bias"],
                                             out);
        },
        [&](Z const* in, Z* out) {
          r.template affine<K1 + K2, K2>(in, table["global.candidate"],
                                         table["global.candidate_bias"], out);
        },
        global);
    for (std::size_t k = 0; k < 3; ++k) global[K2 + k] = typed<Z>(now.mean[k]);
  }

  template <class R, class Z, class Facts>
  static void settle(R const& r, Facts const& f, Z const* tensor, Z const* global, Z* decided) {
    using simd::exp;
    using simd::sigmoid;
    facts<double> const known = widened(f);
    std::array<Z, K1 + K2> x;
    for (std::size_t k = 0; k < K1; ++k) x[k] = tensor[k];
    for (std::size_t k = 0; k < K2; ++k) x[K1 + k] = global[k];
    std::array<Z, outputs> o;
    r.template affine<K1 + K2, outputs>(x.data(), table["output"], table["output_bias"], o.data());
    std::array<Z, 3> logits{o[1], o[2], o[3]};
    Z rate, decay = typed<Z>(0);
    if constexpr (O.prior) {
      tensor_prior const p = tensor_prior_of(known, plain_number(global[K2 + 1]));
      for (std::size_t k = 0; k < 3; ++k) logits[k] = logits[k] + typed<Z>(p.logits[k]);
      rate = typed<Z>(p.rate) * exp(limited(o[0] * typed<Z>(2)));
      decay = typed<Z>(p.decay);
      if constexpr (O.span_decay > 0)
        decay = decay * exp(softened(o[5] * typed<Z>(2), O.span_decay));
      if (plain_number(decay) > most_decay) decay = typed<Z>(most_decay);
    } else {
      rate = exp(r.weight(table["log_rate"]) + limited(o[0] * typed<Z>(4)));
    }
    std::array<Z, 3> const share = shares(logits);
    std::array<double, 4> const lost = corrections(f);
    decided[0] = rate * share[0];
    decided[1] = rate * share[1] * typed<Z>(1 / lost[0]);
    decided[2] = rate * share[2] * typed<Z>(1 / lost[1]);
    decided[3] = typed<Z>(1 / lost[2]);
    decided[4] = typed<Z>(1 / lost[3]);
    decided[5] = sigmoid(o[4]);
    decided[6] = rate * decay;
  }

  template <class R, class V>
  static V apply(R const& r, V const& gradient, V const& theta, V* s, V const*) {
    using autodiff::fma;
    V const floor = typed<V>(1e-20);
    V const mixed = fma(r.row(2), constant_part(s[1]),
                        fma(r.row(1), constant_part(s[0]), r.row(0) * constant_part(gradient)));
    V const v1 = fma(constant_part(s[2]), constant_part(r.row(3)), floor);
    V const v2 = fma(constant_part(s[3]), constant_part(r.row(4)), floor);
    V update = scaled_by_powers(mixed, v1, v2, r.row(5));
    if constexpr (O.prior) update = fma(r.row(6), theta, update);
    s[4] = constant_part(update);
    return theta - update;
  }

  template <class R, class Z, class Facts>
  static void initial(R const& r, Facts const&, Z* coordinate, Z* tensor, Z* global) {
    for (std::size_t k = 0; k < state; ++k) coordinate[k] = typed<Z>(0);
    for (std::size_t k = 0; k < K1; ++k) tensor[k] = r.weight(table["tensor.initial"] + k);
    for (std::size_t k = 0; k < K2; ++k) global[k] = r.weight(table["global.initial"] + k);
    for (std::size_t k = 0; k < 3; ++k) global[K2 + k] = typed<Z>(0);
  }

 private:
  /// 1 - β^t of each running mean, for β as the coordinates' type rounds it.
  template <class T>
  static std::array<double, 4> corrections(facts<T> const& f) noexcept {
    std::array<double, 4> c;
    for (std::size_t k = 0; k < 4; ++k)
      c[k] = 1 - std::pow(static_cast<double>(static_cast<T>(decays[k])),
                          static_cast<double>(f.own_step));
    return c;
  }
  template <class Z>
  static loss_trend trend(facts<double> const& f, Z const* global) noexcept {
    loss_trend t;
    for (std::size_t k = 0; k < 3; ++k) t.mean[k] = plain_number(global[K2 + k]);
    t.add(f.loss, f.step == 1);
    return t;
  }
  template <class T, class Z>
  static tensor_statistics statistics(facts<T> const& f, Z const* mean) noexcept {
    std::array<double, 4> const c = corrections(f);
    std::array<double, sums> m;
    for (std::size_t k = 0; k < sums; ++k) m[k] = plain_number(mean[k]);
    return {m[0],
            m[1] / (c[0] * c[0]),
            m[2] / (c[1] * c[1]),
            m[3] / c[2],
            m[4] / c[3],
            m[5],
            m[6] / c[0],
            m[7],
            m[8],
            m[9] / c[1]};
  }

  template <class Z>
  static Z limited(Z const& z) {
    using simd::tanh;
    double const a = plain_number(z) > 0 ? O.span_up : O.span_down;
    if constexpr (O.prior)
      return softened(z, a);
    else
      return tanh(z * typed<Z>(1 / a)) * typed<Z>(a);
  }
};

/// The tensor-wise RNN as an optimizer; untrained it is its prior.
template <tensor_options O = tensor_options{}, floating W = float>
using tensor_rnn = optimizer<tensor_program<O>, W>;

}  // namespace halo::learned
