// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/learned/hierarchical_options.hpp>
#include <halo/learned/weight_table.hpp>

namespace halo::learned {

namespace detail {

/// The hierarchical RNN's tensors, with the released code's initial laws: features features, units,
/// tensor_units, global_units units of a coordinate, a tensor and the problem.
template <hierarchical_options O>
[[nodiscard]] consteval auto hierarchical_tensors() {
  constexpr std::size_t scales = O.scales, units = O.units, tensor_units = O.tensor_units,
                        global_units = O.global_units;
  constexpr std::size_t features = O.features();
  return weight_table{std::to_array<weight_info>({
      {"parameter.gates", features + units, 2 * units,
       gaussian(0.5 / square_root(features + units))},
      {"parameter.gates_bias", 1, 2 * units, constant(2.2)},
      {"parameter.candidate", features + units, units,
       gaussian(0.5 / square_root(features + units))},
      {"parameter.candidate_bias", 1, units},
      {"tensor.gates", units + features + tensor_units, 2 * tensor_units,
       gaussian(0.5 / square_root(units + features + tensor_units))},
      {"tensor.gates_bias", 1, 2 * tensor_units, constant(2.2)},
      {"tensor.candidate", units + features + tensor_units, tensor_units,
       gaussian(0.5 / square_root(units + features + tensor_units))},
      {"tensor.candidate_bias", 1, tensor_units},
      {"global.gates", tensor_units + global_units, 2 * global_units,
       gaussian(0.5 / square_root(tensor_units + global_units))},
      {"global.gates_bias", 1, 2 * global_units, constant(2.2)},
      {"global.candidate", tensor_units + global_units, global_units,
       gaussian(0.5 / square_root(tensor_units + global_units))},
      {"global.candidate_bias", 1, global_units},
      {"tensor_to_parameter", tensor_units, 3 * units, gaussian(0.5 / square_root(tensor_units))},
      {"tensor_to_parameter_bias", 1, 3 * units},
      {"global_to_parameter", global_units, 3 * units, gaussian(0.5 / square_root(global_units))},
      {"global_to_parameter_bias", 1, 3 * units},
      {"global_to_tensor", global_units, 3 * tensor_units,
       gaussian(0.5 / square_root(global_units))},
      {"global_to_tensor_bias", 1, 3 * tensor_units},
      {"update", units, 1, gaussian(0.5 / square_root(units))},
      {"shortcut", O.shortcut ? scales : 0, 1,
       gaussian(0.1 / square_root(scales), 1.0 / static_cast<double>(scales))},
      {"scale_decay", units, 1, gaussian(0.5 / square_root(units))},
      {"scale_decay_bias", 1, 1, constant(O.scale_bias)},
      {"input_decay", units, 1, gaussian(0.5 / square_root(units))},
      {"input_decay_bias", 1, 1, constant(2.2)},
      {"rate", units, 1, gaussian(O.zero_rate ? 0 : 0.5 / square_root(units))},
      {"rate_bias", 1, 1},
      {"rate_momentum", 1, 1, constant(3.2)},
      {"step_size", 1, 1, constant(-1.0)},
      {"parameter.initial", 1, units, uniform(1.0)},
      {"tensor.initial", 1, tensor_units, uniform(1.0)},
      {"global.initial", 1, global_units, uniform(1.0)},
      {"initial_log_rate", 1, 1, constant(-6.9077552789821371)},
      {"attention", O.attention ? units : 0, 1, gaussian(0.5 / square_root(units)), "update"},
      {"attention_shortcut", O.attention && O.shortcut ? scales : 0, 1,
       gaussian(0.1 / square_root(scales), 1.0 / static_cast<double>(scales))},
  })};
}

}  // namespace detail

/// All weights of a hierarchical RNN.
template <hierarchical_options O>
inline constexpr auto hierarchical_weights = detail::hierarchical_tensors<O>();

}  // namespace halo::learned
