// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/learned/tensor_options.hpp>
#include <halo/learned/weight_table.hpp>

namespace halo::learned {

namespace detail {

/// The tensor-wise RNN's tensors: a GRU for every tensor, one for the problem, and what reads both.
/// An output that begins at 0 makes the untrained optimizer its prior.
template <tensor_options O, std::size_t Features, std::size_t Outputs>
[[nodiscard]] consteval auto tensor_weights() {
  constexpr std::size_t units = O.units, global_units = O.global_units;
  constexpr std::size_t seen = Features + global_units + units, both = units + global_units;
  return weight_table{std::to_array<weight_info>({
      {"tensor.gates", seen, 2 * units, gaussian(1 / square_root(seen))},
      {"tensor.gates_bias", 1, 2 * units, constant(1.0)},
      {"tensor.candidate", seen, units, gaussian(1 / square_root(seen))},
      {"tensor.candidate_bias", 1, units},
      {"global.gates", both, 2 * global_units, gaussian(1 / square_root(both))},
      {"global.gates_bias", 1, 2 * global_units, constant(1.0)},
      {"global.candidate", both, global_units, gaussian(1 / square_root(both))},
      {"global.candidate_bias", 1, global_units},
      {"output", both, Outputs},
      {"output_bias", 1, Outputs},
      {"log_rate", O.prior ? 0 : 1, 1, constant(-6.2146080984221914)},
      {"tensor.initial", 1, units},
      {"global.initial", 1, global_units},
  })};
}

}  // namespace detail

/// All weights of a tensor-wise RNN that sees so many features and has so many outputs.
template <tensor_options O, std::size_t Features, std::size_t Outputs>
inline constexpr auto tensor_weights = detail::tensor_weights<O, Features, Outputs>();

}  // namespace halo::learned
