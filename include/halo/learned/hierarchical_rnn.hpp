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
/// rate runs over all coordinates, skipped ones with their last value. Costs 855 operations and
/// 84 bytes of state a coordinate. With attention the θ of a step is a point ahead of the
/// parameters θ*, which true_parameters() gives; gradients are taken there:
///     a = h·wa + m·ws',  θ ← θ* - exp(l̂) a / RMS(a),  θ* ← θ* - exp(l̂ + δ) u
template <hierarchical_options O = hierarchical_options{}>
struct hierarchical_program : initial_log_rates {
  static constexpr hierarchical_options options = O;
  static_assert(!first_bad_option(O), "halo: hierarchical_rnn: an option is out of its range");
  /// From the options.
  static constexpr std::size_t scales = O.scales, units = O.units, tensor_units = O.tensor_units,
                               global_units = O.global_units;
  static constexpr std::size_t features = O.features();
  static_assert(O.dynamic_rate ||
                    !(O.relative_rate || O.extreme_rate || O.absolute_rate || O.leaky),
                "halo: hierarchical_rnn: without rates no feature of theirs");
  static_assert(O.dynamic_rate || !O.attention,
                "halo: hierarchical_rnn: attention looks ahead by the rates");
  static constexpr char const* name = O.leaky ? "leaky_hierarchical_rnn" : "hierarchical_rnn";
  static constexpr std::size_t functions_per_parameter = O.functions();
  static constexpr std::size_t operations_per_parameter = O.operations();
  static constexpr std::size_t operations_per_tensor =
      3 *
      (tensor_units * (2 * units + features + tensor_units + global_units) + units * global_units);
  static constexpr std::size_t operations_per_step =
      3 * global_units * (tensor_units + global_units);

  /// Where the numbers of a coordinate lie: h, G, V, d, v, l, θ* - θ.
  static constexpr std::size_t at_means = units, at_squares = at_means + scales,
                               at_mean_decay = at_squares + scales,
                               at_square_decay = at_mean_decay + 1,
                               at_log_rate = at_square_decay + 1, at_true = at_log_rate + 1;
  static constexpr bool attends = O.attention;
  static constexpr std::size_t ahead = attends ? 1 : 0;  ///< numbers that attention adds
  static constexpr std::size_t state = at_true + ahead, held = ahead;
  [[nodiscard]] static constexpr allowed range_of(std::size_t k) {
    if (k >= at_squares && k < at_mean_decay) return allowed::non_negative();
    return k == at_mean_decay || k == at_square_decay ? allowed::share() : allowed::finite();
  }
  static constexpr double input_decay = 0.89, scale_decay = 0.93;  ///< where they are not learned
  /// Of a tensor: T and the sum of its l; of the problem: Q; all tensors are told mean l.
  static constexpr std::size_t sum_of_log_rates = tensor_units, tensor_state = tensor_units + 1;
  static constexpr std::size_t global_state = global_units, overview = 1;
  /// What coordinates are told: biases of the GRU, mean l, σ(κ).
  static constexpr std::size_t mean_log_rate = 3 * units, rate_momentum = mean_log_rate + 1,
                               context = rate_momentum + 1;
  /// What a coordinate reports: h, x, r², new l, a².
  static constexpr std::size_t square_of_step = units + features, log_rate = square_of_step + 1,
                               square_of_attention = log_rate + 1, sums = log_rate + 1 + ahead;
  /// The step and the way ahead: e^(l̂ + δ) r and e^l̂ a, then 1 / RMS of r and of a.
  enum way_number : std::size_t { own_way, way_ahead };
  static constexpr std::size_t carry = 1 + ahead, decision = 1 + ahead;

  static constexpr auto table = hierarchical_weights<O>;

  template <class T>
  void scatter(std::size_t tensor, std::size_t n, T* tiles, T* numbers) const noexcept {
    if (!drawn()) return;
    generator random(draws, tensor);
    T const shared = half<T>(random);
    numbers[sum_of_log_rates] = T(0);
    for (std::size_t i = 0; i < n; ++i) {
      T& l = tiles[(i / tile_lanes * state + at_log_rate) * tile_lanes + i % tile_lanes];
      l = half<T>(random) + shared;
      numbers[sum_of_log_rates] += l;
    }
  }

  template <class R, class Z, class Facts>
  static void survey(R const&, Facts const& f, Z const* total, Z const*, Z* mean) {
    mean[0] = total[sum_of_log_rates] * (1 / f.parameters);
  }

  template <class R, class Z, class Facts>
  static void prepare(R const& r, Facts const& f, Z const* tensor, Z const* global, Z const* mean,
                      Z* row) {
    using simd::sigmoid;
    std::array<Z, 3 * units> more;
    r.template affine<tensor_units, 3 * units>(tensor, table["tensor_to_parameter"],
                                               table["tensor_to_parameter_bias"], row);
    r.template affine<global_units, 3 * units>(global, table["global_to_parameter"],
                                               table["global_to_parameter_bias"], more.data());
    for (std::size_t k = 0; k < 3 * units; ++k) {
      std::size_t const own = k < 2 * units ? table["parameter.gates_bias"] + k
                                            : table["parameter.candidate_bias"] + k - 2 * units;
      row[k] = row[k] + more[k] + r.weight(own);
    }
    row[mean_log_rate] = O.problem_mean ? mean[0] : tensor[sum_of_log_rates] * (1 / f.elements);
    row[rate_momentum] = sigmoid(r.weight(table["rate_momentum"]));
  }

  template <class R, class V>
  [[gnu::always_inline]] static void observe(R const& r, V const& g, V const&, V* s, V* carried,
                                             V* sum) {
    using simd::fast_exp;
    using simd::fast_sigmoid;
    std::array<V, features + units> x;
    gradient_features<O>(g, s[at_mean_decay], s[at_square_decay], s + at_means, s + at_squares,
                         x.data());
    rate_features<O>(s[at_log_rate], r.row(mean_log_rate), x.data());
    unrolled<units>([&](std::size_t k) { x[features + k] = s[k]; });
    unrolled<features>([&](std::size_t k) { sum[units + k] = x[k]; });
    gru<features, units>(
        x.data(),
        [&](V const* in, V* out) {
          r.template affine_row<features + units, 2 * units>(in, table["parameter.gates"], 0, out);
        },
        [&](V const* in, V* out) {
          r.template affine_row<features + units, units>(in, table["parameter.candidate"],
                                                         2 * units, out);
        },
        s);
    V const direction = way(r, s, x.data(), table["update"], table["shortcut"]);
    V d, v;
    if constexpr (O.learned_input_decay)
      r.template affine<units, 1>(s, table["input_decay"], table["input_decay_bias"], &d);
    if constexpr (O.learned_scale_decay)
      r.template affine<units, 1>(s, table["scale_decay"], table["scale_decay_bias"], &v);
    carried[own_way] = direction;
    if constexpr (O.dynamic_rate) {
      V const rate = next_rate(r, s);
      if constexpr (attends) {
        V const a = way(r, s, x.data(), table["attention"], table["attention_shortcut"]);
        carried[way_ahead] = fast_exp(rate) * a;
        sum[square_of_attention] = a * a;
      }
      carried[own_way] = fast_exp(rate + r.weight(table["step_size"])) * direction;
    }
    s[at_mean_decay] = O.learned_input_decay ? fast_sigmoid(d) : as_number<V>(input_decay);
    s[at_square_decay] = O.learned_scale_decay ? fast_sigmoid(v) : as_number<V>(scale_decay);
    unrolled<units>([&](std::size_t k) { sum[k] = s[k]; });
    sum[square_of_step] = direction * direction;
    sum[log_rate] = s[at_log_rate];
  }

  template <class R, class Z, class Facts>
  static void decide(R const& r, Facts const& f, Z const* mean, Z* tensor, Z const* global,
                     Z* decided) {
    using std::sqrt;
    std::array<Z, 3 * tensor_units> injected;
    r.template affine<global_units, 3 * tensor_units>(
        global, table["global_to_tensor"], table["global_to_tensor_bias"], injected.data());
    gru_layer<units + features, tensor_units>(r, mean, table["tensor.gates"],
                                              static_cast<Z const*>(injected.data()), tensor);
    tensor[sum_of_log_rates] = mean[log_rate] * f.elements;
    decided[own_way] =
        O.normalized && O.dynamic_rate ? 1 / sqrt(mean[square_of_step] + 1e-16F) : Z(1);
    if constexpr (attends)
      decided[way_ahead] = O.normalized ? 1 / sqrt(mean[square_of_attention] + 1e-16F) : Z(1);
  }

  /// h·w + m·ws.
  template <class R, class V>
  [[gnu::always_inline]] static V way(R const& r, V const* h, V const* m, std::size_t w,
                                      std::size_t ws) {
    V y;
    r.template linear<units, 1>(h, w, &y);
    if constexpr (O.shortcut) {
      V shortcut;
      r.template linear<scales, 1>(m, ws, &shortcut);
      y = y + shortcut;
    }
    return y;
  }

  /// l̂ = l + h·wl + cl, and l moved towards it; leaky: l0 + 0.98 (l - l0) + 0.1 (h·wl + cl) for
  /// both, l0 learned.
  template <class R, class V>
  [[gnu::always_inline]] static V next_rate(R const& r, V* s) {
    V change;
    r.template affine<units, 1>(s, table["rate"], table["rate_bias"], &change);
    V const l = s[at_log_rate];
    if constexpr (O.leaky) {
      V const home = r.weight(table["initial_log_rate"]);
      return s[at_log_rate] = limited_log_rate(home + (l - home) * as_number<V>(0.98) +
                                               change * as_number<V>(0.1));
    }
    V const moved = limited_log_rate(l + change);
    s[at_log_rate] = fma(r.row(rate_momentum), l - moved, moved);
    return moved;
  }

  template <class R, class V>
  static V apply(R const& r, V const&, V const& theta, V* s, V const* carried) {
    if constexpr (!attends) {
      return fnma(r.row(own_way), carried[own_way], theta);
    } else {
      V const next = fnma(r.row(way_ahead), carried[way_ahead], theta + s[at_true]);
      s[at_true] = fnma(r.row(own_way), carried[own_way], r.row(way_ahead) * carried[way_ahead]);
      return next;
    }
  }

  template <class R, class Z, class Facts>
  static void conclude(R const& r, Facts const& f, Z const* total, Z const* last, Z* global) {
    std::array<Z, tensor_units> x;
    for (std::size_t k = 0; k < tensor_units; ++k)
      x[k] = O.last_tensor ? last[k] : total[k] * (1 / f.tensors);
    gru_layer<tensor_units, global_units>(r, static_cast<Z const*>(x.data()), table["global.gates"],
                                          static_cast<Z const*>(nullptr), global);
  }

  template <class R, class Z, class Facts>
  static void initial(R const& r, Facts const& f, Z* coordinate, Z* tensor, Z* global) {
    for (std::size_t k = 0; k < state; ++k) coordinate[k] = Z(0);
    for (std::size_t k = 0; k < units; ++k)
      coordinate[k] = r.weight(table["parameter.initial"] + k);
    if constexpr (!O.learned_input_decay) coordinate[at_mean_decay] = as_number<Z>(input_decay);
    coordinate[at_log_rate] = r.weight(table["initial_log_rate"]);
    for (std::size_t k = 0; k < tensor_units; ++k)
      tensor[k] = r.weight(table["tensor.initial"] + k);
    tensor[sum_of_log_rates] = coordinate[at_log_rate] * f.elements;
    for (std::size_t k = 0; k < global_units; ++k)
      global[k] = r.weight(table["global.initial"] + k);
  }
};

/// The hierarchical RNN as an optimizer; `hierarchical::authors` and the other presets are options.
template <hierarchical_options O = hierarchical_options{}, floating W = float>
using hierarchical_rnn = optimizer<hierarchical_program<O>, W>;

}  // namespace halo::learned
