// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <initializer_list>

#include <halo/core/random.hpp>
#include <halo/core/record.hpp>

namespace halo::learned {

/// Which hierarchical RNN: sizes and the flags of the released code, with its script's defaults.
struct hierarchical_options {
  /// Of the GRU a coordinate, a tensor, the problem has.
  std::size_t units = 10, tensor_units = 20, global_units = 20;
  std::size_t scales = 4;           ///< gradient averages of different length
  bool products = true;             ///< m_s·m_{s+1} are features
  bool log_means = true;            ///< the relative log mean squares are
  bool relative_rate = true;        ///< the log-rate against its mean is
  bool problem_mean = true;         ///< that mean runs over the whole problem, not over the tensor
  bool shortcut = true;             ///< m goes straight to the direction as well
  bool normalized = true;           ///< the direction has RMS 1 in every tensor
  bool every_scale_decays = false;  ///< V_s decays with v^(2^-s), not with v
  bool last_tensor = false;         ///< the global level sees the last tensor alone (a slip of the
                                    ///< released code), not the mean of all
  bool leaky = false;               ///< the log-rate leaks to a learned one and changes by a tenth
  bool learned_input_decay = true;  ///< else d = 0.89 for ever
  bool learned_scale_decay = true;  ///< else v = 0.93 for ever
  bool dynamic_rate = true;         ///< else no rates: the direction, not normalized, is the step
  bool zero_rate = true;            ///< the weights of the log-rate's change start at 0
  bool extreme_rate = false;        ///< how far the rate is above 1 or below 1e-6 is a feature
  bool absolute_rate = false;       ///< the log-rate itself, against ln 1e-3, is
  bool attention = false;           ///< gradients are taken at a point of its own, ahead of the
                                    ///< parameters: learned::true_parameters
  double scale_bias = 3.2;          ///< initial bias of the second moment's decay

  static constexpr void record(auto& self, auto&& f) {
    f.option("units", self.units, allowed::at_least(1));
    f.option("tensor_units", self.tensor_units, allowed::at_least(1));
    f.option("global_units", self.global_units, allowed::at_least(1));
    f.option("scales", self.scales, allowed::at_least(1));
    f.option("products", self.products);
    f.option("log_means", self.log_means);
    f.option("relative_rate", self.relative_rate);
    f.option("problem_mean", self.problem_mean);
    f.option("shortcut", self.shortcut);
    f.option("normalized", self.normalized);
    f.option("every_scale_decays", self.every_scale_decays);
    f.option("last_tensor", self.last_tensor);
    f.option("leaky", self.leaky);
    f.option("learned_input_decay", self.learned_input_decay);
    f.option("learned_scale_decay", self.learned_scale_decay);
    f.option("dynamic_rate", self.dynamic_rate);
    f.option("zero_rate", self.zero_rate);
    f.option("extreme_rate", self.extreme_rate);
    f.option("absolute_rate", self.absolute_rate);
    f.option("attention", self.attention);
    f.option("scale_bias", self.scale_bias, allowed::finite());
  }

  /// Roots, quotients, exponentials and the like of a step, a coordinate.
  [[nodiscard]] constexpr std::size_t functions() const noexcept {
    std::size_t n = 3 * units + 2 * scales;
    n += (scales - 1) * (every_scale_decays ? 2U : 1U) + (log_means ? scales : 0);
    for (bool const one : {learned_input_decay, learned_scale_decay, dynamic_rate, attention})
      n += one ? 1 : 0;
    return n;
  }
  /// These and multiply-adds.
  [[nodiscard]] constexpr std::size_t operations() const noexcept {
    std::size_t n = functions() + 3 * units * (features() + units) + 5 * units + 8 * scales + 4;
    n += (products ? 2 * (scales - 1) : 0) + (log_means ? 3 * scales + 1 : 0);
    n += (relative_rate ? 2U : 0U) + (extreme_rate ? 3U : 0U) + (absolute_rate ? 2U : 0U);
    n += (shortcut ? scales + 1 : 0) + (leaky ? 2 : 0);
    n += (learned_input_decay ? units : 0) + (learned_scale_decay ? units : 0);
    n += (dynamic_rate ? units + 5 : 0) + (attention ? units + scales + 7 : 0);
    return n;
  }

  /// Numbers the units see of a coordinate.
  [[nodiscard]] constexpr std::size_t features() const noexcept {
    return scales + (products ? scales - 1 : 0) + (log_means ? scales : 0) +
           (relative_rate ? 1U : 0U) + (extreme_rate ? 1U : 0U) + (absolute_rate ? 1U : 0U);
  }
};

/// How a run's log-rates begin: where highest > lowest, drawn within [lowest, highest] as the
/// released code does, half for each coordinate and half for its tensor; else they are the weight
/// initial_log_rate.
struct initial_log_rates {
  double lowest_log_rate = 0, highest_log_rate = 0;  ///< ln of the rate, within ±33
  seed draws{};                                      ///< of a run's first log-rates

  static constexpr void record(auto& self, auto&& f) {
    f.option("lowest_log_rate", self.lowest_log_rate, allowed::between(-33, 33));
    f.option("highest_log_rate", self.highest_log_rate, allowed::between(-33, 33));
    f.option("draws", self.draws.value, allowed::finite());
  }

 protected:
  /// Whether log-rates are drawn.
  [[nodiscard]] constexpr bool drawn() const noexcept { return highest_log_rate > lowest_log_rate; }
  /// Half of a log-rate.
  template <class T>
  [[nodiscard]] T half(generator& random) const noexcept {
    double const u = static_cast<double>(random.uniform());
    return static_cast<T>(0.5 * (lowest_log_rate + u * (highest_log_rate - lowest_log_rate)));
  }
};

/// The published presets.
namespace hierarchical {
/// As the paper of HALO reads: nine features, no products.
inline constexpr hierarchical_options paper{.products = false};
/// As the released code runs, its slip at the global level included.
inline constexpr hierarchical_options authors{.last_tensor = true};
/// Stable over thousands of steps: no RMS normalisation, a log-rate that leaks to a learned one, a
/// slower second moment.
inline constexpr hierarchical_options leaky{.normalized = false, .leaky = true, .scale_bias = 5.0};
/// The paper's nine features in the recurrence that is stable.
inline constexpr hierarchical_options leaky_paper{
    .products = false, .normalized = false, .leaky = true, .scale_bias = 5.0};
}  // namespace hierarchical

}  // namespace halo::learned
