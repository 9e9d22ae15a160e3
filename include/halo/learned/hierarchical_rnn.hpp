// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include <halo/core/bad_option.hpp>
#include <halo/learned/gradient_features.hpp>
#include <halo/learned/hierarchical_options.hpp>
#include <halo/learned/hierarchical_weights.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/recurrent.hpp>
#include <halo/simd/math.hpp>

namespace halo::learned {

/// The optimizer of Wichrowska et al. 2017, "Learned optimizers that scale and generalize": a GRU a
/// coordinate, one a tensor and one for the problem.
///
/// For every coordinate, with decays d, v and log-rate l of its own and s = 0 ... S-1:
///     G_s ← d^(2^-s) G_s + (1 - d^(2^-s)) g,   V_s ← v V_s + (1 - v)(G_s² + 1e-12)
///     m_s = asinh(G_s / √(V_s + 1e-16)),       q_s = ln V_s - mean_r ln V_r
///     x = [m, m_s·m_{s+1}, q, l - mean l]
///     h ← GRU(x, h; bias from tensor and problem)
///     r = h·wu + m·ws,  u = r / RMS(r),  l̂ = l + h·wl + cl,  θ ← θ - exp(l̂ + δ) u
///     l ← σ(κ) l + (1 - σ(κ)) l̂,  d ← σ(h·wd + cd),  v ← σ(h·wv + cv)
/// then T ← GRU(mean [h, x], T) a tensor and Q ← GRU(mean T, Q). Notation and constants follow the
/// released code, from which the paper's text and HALO's supplement differ in details: fresh G in
/// V, asinh, one V decay for all scales, a learned factor e^δ, products as features. The mean log-
/// rate runs over all coordinates, skipped ones with their last value. Costs 704 multiply-adds and
/// 84 bytes of state a coordinate. With attention the θ of a step is a point ahead of the
/// parameters θ*, which true_parameters() gives; gradients are taken there:
///     a = h·wa + m·ws',  θ ← θ* - exp(l̂) a / RMS(a),  θ* ← θ* - exp(l̂ + δ) u
template <hierarchical_options O = hierarchical_options{}>
struct hierarchical_program {
  static constexpr hierarchical_options options = O;
  static_assert(!first_bad_option(O), "halo: hierarchical_rnn: an option is out of its range");
  static constexpr std::size_t S = O.scales, K0 = O.units, K1 = O.tensor_units, K2 = O.global_units;
  static constexpr std::size_t features = O.features(), F = features;
  static_assert(O.dynamic_rate ||
                    !(O.relative_rate || O.extreme_rate || O.absolute_rate || O.leaky),
                "halo: hierarchical_rnn: without rates no feature of theirs");
  static_assert(O.dynamic_rate || !O.attention,
                "halo: hierarchical_rnn: attention looks ahead by the rates");
  static constexpr char const* name = O.leaky ? "leaky_hierarchical_rnn" : "hierarchical_rnn";
  static constexpr std::size_t operations_per_parameter = 3 * K0 * (F + K0) + 4 * K0 + S + 100;
  static constexpr std::size_t operations_per_tensor = 3 * (K1 * (2 * K0 + F + K1 + K2) + K0 * K2);
  static constexpr std::size_t operations_per_step = 3 * K2 * (K1 + K2);

  // a coordinate: h, G, V, d, v, l, θ* - θ;  a tensor: T and the sum of its l;  the problem: Q
  static constexpr std::size_t at_g = K0, at_v = K0 + S, at_d = K0 + 2 * S, at_sd = at_d + 1,
                               at_l = at_d + 2;
  static constexpr bool attends = O.attention;
  static constexpr std::size_t ahead = attends ? 1 : 0;  // numbers that attention adds
  static constexpr std::size_t at_true = K0 + 2 * S + 3, state = at_true + ahead;
  static constexpr double input_decay = 0.89, scale_decay = 0.93;  // where they are not learned
  static constexpr std::size_t held = ahead;
  static constexpr std::size_t tensor_state = K1 + 1;
  static constexpr std::size_t global_state = K2;
  static constexpr std::size_t overview = 1;               // mean l over the problem
  static constexpr std::size_t context = 3 * K0 + 2;       // biases of the GRU, mean l, σ(κ)
  static constexpr std::size_t carry = 1 + ahead;          // e^(l̂ + δ) r, e^l̂ a
  static constexpr std::size_t sums = K0 + F + 2 + ahead;  // h, x, r², new l, a²
  static constexpr std::size_t decision = 1 + ahead;       // 1 / RMS of r, of a

  static constexpr auto table = hierarchical_weights<O>;

  /// Initial log-rates: where highest > lowest, drawn for every run as the released code does
  /// [e^lowest, e^highest], half for each coordinate and half for the tensor; else the weight
  /// initial_log_rate.
  double lowest_log_rate = 0, highest_log_rate = 0;
  seed draws{};
  static constexpr void record(auto& self, auto&& f) {
    f.option("lowest_log_rate", self.lowest_log_rate, allowed::between(-33, 33));
    f.option("highest_log_rate", self.highest_log_rate, allowed::between(-33, 33));
    f.option("draws", self.draws.value, allowed::finite());
  }
  template <class T>
  void scatter(std::size_t tensor, std::size_t n, T* tiles, T* numbers) const noexcept {
    if (!(highest_log_rate > lowest_log_rate)) return;
    generator random(draws, tensor);
    auto const half = [&] {
      double const u = static_cast<double>(random.uniform());
      return static_cast<T>(0.5 * (lowest_log_rate + u * (highest_log_rate - lowest_log_rate)));
    };
    T const shared = half();
    numbers[K1] = T(0);
    for (std::size_t i = 0; i < n; ++i) {
      T& l = tiles[(i / tile_lanes * state + at_l) * tile_lanes + i % tile_lanes];
      l = half() + shared;
      numbers[K1] += l;
    }
  }

  template <class R, class Z, class Facts>
  static void survey(R const&, Facts const& f, Z const* total, Z const*, Z* mean) {
    mean[0] = total[K1] * (1 / f.parameters);
  }

  template <class R, class Z, class Facts>
  static void prepare(R const& r, Facts const& f, Z const* tensor, Z const* global, Z const* mean,
                      Z* row) {
    using simd::sigmoid;
    std::array<Z, 3 * K0> more;
    r.template affine<K1, 3 * K0>(tensor, table["tensor_to_parameter"],
                                  table["tensor_to_parameter_bias"], row);
    r.template affine<K2, 3 * K0>(global, table["global_to_parameter"],
                                  table["global_to_parameter_bias"], more.data());
    for (std::size_t k = 0; k < 3 * K0; ++k) {
      std::size_t const own = k < 2 * K0 ? table["parameter.gates_bias"] + k
                                         : table["parameter.candidate_bias"] + k - 2 * K0;
      row[k] = row[k] + more[k] + r.weight(own);
    }
    row[3 * K0] = O.problem_mean ? mean[0] : tensor[K1] * (1 / f.elements);
    row[3 * K0 + 1] = sigmoid(r.weight(table["rate_momentum"]));
  }

  template <class R, class V>
  [[gnu::always_inline]] static void observe(R const& r, V const& g, V const&, V* s, V* carried,
                                             V* sum) {
    using simd::fast_exp;
    using simd::fast_sigmoid;
    std::array<V, F + K0> x;
    gradient_features<O>(g, s[at_d], s[at_sd], s + at_g, s + at_v, x.data());
    rate_features<O>(s[at_l], r.row(3 * K0), x.data());
    unrolled<K0>([&](std::size_t k) { x[F + k] = s[k]; });
    unrolled<F>([&](std::size_t k) { sum[K0 + k] = x[k]; });
    gru<F, K0>(
        x.data(),
        [&](V const* in, V* out) {
          r.template affine_row<F + K0, 2 * K0>(in, table["parameter.gates"], 0, out);
        },
        [&](V const* in, V* out) {
          r.template affine_row<F + K0, K0>(in, table["parameter.candidate"], 2 * K0, out);
        },
        s);
    V const direction = way(r, s, x.data(), table["update"], table["shortcut"]);
    V d, v;
    if constexpr (O.learned_input_decay)
      r.template affine<K0, 1>(s, table["input_decay"], table["input_decay_bias"], &d);
    if constexpr (O.learned_scale_decay)
      r.template affine<K0, 1>(s, table["scale_decay"], table["scale_decay_bias"], &v);
    carried[0] = direction;
    if constexpr (O.dynamic_rate) {
      V const rate = next_rate(r, s);
      if constexpr (attends) {
        V const a = way(r, s, x.data(), table["attention"], table["attention_shortcut"]);
        carried[1] = fast_exp(rate) * a;
        sum[K0 + F + 2] = a * a;
      }
      carried[0] = fast_exp(rate + r.weight(table["step_size"])) * direction;
    }
    s[at_d] = O.learned_input_decay ? fast_sigmoid(d) : typed<V>(input_decay);
    s[at_sd] = O.learned_scale_decay ? fast_sigmoid(v) : typed<V>(scale_decay);
    unrolled<K0>([&](std::size_t k) { sum[k] = s[k]; });
    sum[K0 + F] = direction * direction;
    sum[K0 + F + 1] = s[at_l];
  }

  template <class R, class Z, class Facts>
  static void decide(R const& r, Facts const& f, Z const* mean, Z* tensor, Z const* global,
                     Z* decided) {
    using std::sqrt;
    std::array<Z, 3 * K1> injected;
    r.template affine<K2, 3 * K1>(global, table["global_to_tensor"], table["global_to_tensor_bias"],
                                  injected.data());
    gru_layer<K0 + F, K1>(r, mean, table["tensor.gates"], static_cast<Z const*>(injected.data()),
                          tensor);
    tensor[K1] = mean[K0 + F + 1] * f.elements;
    decided[0] = O.normalized && O.dynamic_rate ? 1 / sqrt(mean[K0 + F] + 1e-16F) : Z(1);
    if constexpr (attends) decided[1] = O.normalized ? 1 / sqrt(mean[K0 + F + 2] + 1e-16F) : Z(1);
  }

  /// h·w + m·ws.
  template <class R, class V>
  [[gnu::always_inline]] static V way(R const& r, V const* h, V const* m, std::size_t w,
                                      std::size_t ws) {
    V y;
    r.template linear<K0, 1>(h, w, &y);
    if constexpr (O.shortcut) {
      V shortcut;
      r.template linear<S, 1>(m, ws, &shortcut);
      y = y + shortcut;
    }
    return y;
  }

  /// l̂ = l + h·wl + cl, and l moved towards it; leaky: l0 + 0.98 (l - l0) + 0.1 (h·wl + cl) for
  /// both, l0 learned.
  template <class R, class V>
  [[gnu::always_inline]] static V next_rate(R const& r, V* s) {
    V change;
    r.template affine<K0, 1>(s, table["rate"], table["rate_bias"], &change);
    V const l = s[at_l];
    if constexpr (O.leaky) {
      V const home = r.weight(table["initial_log_rate"]);
      return s[at_l] =
                 limited_log_rate(home + (l - home) * typed<V>(0.98) + change * typed<V>(0.1));
    }
    V const moved = limited_log_rate(l + change);
    s[at_l] = fma(r.row(3 * K0 + 1), l - moved, moved);
    return moved;
  }

  template <class R, class V>
  static V apply(R const& r, V const&, V const& theta, V* s, V const* carried) {
    if constexpr (!attends) {
      return fnma(r.row(0), carried[0], theta);
    } else {
      V const next = fnma(r.row(1), carried[1], theta + s[at_true]);
      s[at_true] = fnma(r.row(0), carried[0], r.row(1) * carried[1]);
      return next;
    }
  }

  template <class R, class Z, class Facts>
  static void conclude(R const& r, Facts const& f, Z const* total, Z const* last, Z* global) {
    std::array<Z, K1> x;
    for (std::size_t k = 0; k < K1; ++k)
      x[k] = O.last_tensor ? last[k] : total[k] * (1 / f.tensors);
    gru_layer<K1, K2>(r, static_cast<Z const*>(x.data()), table["global.gates"],
                      static_cast<Z const*>(nullptr), global);
  }

  template <class R, class Z, class Facts>
  static void initial(R const& r, Facts const& f, Z* coordinate, Z* tensor, Z* global) {
    for (std::size_t k = 0; k < state; ++k) coordinate[k] = Z(0);
    for (std::size_t k = 0; k < K0; ++k) coordinate[k] = r.weight(table["parameter.initial"] + k);
    if constexpr (!O.learned_input_decay) coordinate[at_d] = typed<Z>(input_decay);
    coordinate[at_l] = r.weight(table["initial_log_rate"]);
    for (std::size_t k = 0; k < K1; ++k) tensor[k] = r.weight(table["tensor.initial"] + k);
    tensor[K1] = coordinate[at_l] * f.elements;
    for (std::size_t k = 0; k < K2; ++k) global[k] = r.weight(table["global.initial"] + k);
  }
};

/// The hierarchical RNN as an optimizer; `hierarchical::authors` and the other presets are options.
template <hierarchical_options O = hierarchical_options{}, floating W = float>
using hierarchical_rnn = optimizer<hierarchical_program<O>, W>;

}  // namespace halo::learned
