// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/learned/hierarchical_options.hpp>
#include <halo/learned/weight_table.hpp>

namespace halo::learned {

namespace detail {

/// The hierarchical RNN's tensors, with the released code's initial laws: F features, K0, K1, K2
/// units of a coordinate, a tensor and the problem.
template <hierarchical_options O>
[[nodiscard]] consteval auto hierarchical_tensors() {
  constexpr std::size_t S = O.scales, K0 = O.units, K1 = O.tensor_units, K2 = O.global_units;
  constexpr std::size_t F = O.features();
  return weight_table{std::to_array<weight_info>({
      {"parameter.gates", F + K0, 2 * K0, gaussian(0.5 / root(F + K0))},
      {"parameter.gates_bias", 1, 2 * K0, constant(2.2)},
      {"parameter.candidate", F + K0, K0, gaussian(0.5 / root(F + K0))},
      {"parameter.candidate_bias", 1, K0},
      {"tensor.gates", K0 + F + K1, 2 * K1, gaussian(0.5 / root(K0 + F + K1))},
      {"tensor.gates_bias", 1, 2 * K1, constant(2.2)},
      {"tensor.candidate", K0 + F + K1, K1, gaussian(0.5 / root(K0 + F + K1))},
      {"tensor.candidate_bias", 1, K1},
      {"global.gates", K1 + K2, 2 * K2, gaussian(0.5 / root(K1 + K2))},
      {"global.gates_bias", 1, 2 * K2, constant(2.2)},
      {"global.candidate", K1 + K2, K2, gaussian(0.5 / root(K1 + K2))},
      {"global.candidate_bias", 1, K2},
      {"tensor_to_parameter", K1, 3 * K0, gaussian(0.5 / root(K1))},
      {"tensor_to_parameter_bias", 1, 3 * K0},
      {"global_to_parameter", K2, 3 * K0, gaussian(0.5 / root(K2))},
      {"global_to_parameter_bias", 1, 3 * K0},
      {"global_to_tensor", K2, 3 * K1, gaussian(0.5 / root(K2))},
      {"global_to_tensor_bias", 1, 3 * K1},
      {"update", K0, 1, gaussian(0.5 / root(K0))},
      {"shortcut", O.shortcut ? S : 0, 1, gaussian(0.1 / root(S), 1.0 / static_cast<double>(S))},
      {"scale_decay", K0, 1, gaussian(0.5 / root(K0))},
      {"scale_decay_bias", 1, 1, constant(O.scale_bias)},
      {"input_decay", K0, 1, gaussian(0.5 / root(K0))},
      {"input_decay_bias", 1, 1, constant(2.2)},
      {"rate", K0, 1, gaussian(O.zero_rate ? 0 : 0.5 / root(K0))},
      {"rate_bias", 1, 1},
      {"rate_momentum", 1, 1, constant(3.2)},
      {"step_size", 1, 1, constant(-1.0)},
      {"parameter.initial", 1, K0, uniform(1.0)},
      {"tensor.initial", 1, K1, uniform(1.0)},
      {"global.initial", 1, K2, uniform(1.0)},
      {"initial_log_rate", 1, 1, constant(-6.9077552789821371)},
      {"attention", O.attention ? K0 : 0, 1, gaussian(0.5 / root(K0)), "update"},
      {"attention_shortcut", O.attention && O.shortcut ? S : 0, 1,
       gaussian(0.1 / root(S), 1.0 / static_cast<double>(S))},
  })};
}

}  // namespace detail

/// All weights of a hierarchical RNN.
template <hierarchical_options O>
inline constexpr auto hierarchical_weights = detail::hierarchical_tensors<O>();

}  // namespace halo::learned
