// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/integers.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/sgd.hpp>

// The networks of tests/golden/flash: `small` is of plain layers, `bytes` of an integer one.

namespace support::flash {

using network = halo::nn::sequential<halo::nn::linear<2, 3>, halo::nn::batch_norm, halo::nn::relu,
                                     halo::nn::linear<3, 2>>;
using quantised_network = halo::nn::sequential<halo::nn::quantised<halo::nn::linear<2, 3>>,
                                               halo::nn::tanh, halo::nn::linear<3, 2>>;
using byte_network = halo::nn::integers_of<quantised_network>;

/// Numbers that no machine rounds: eighths.
template <class Span>
void count_up(Span numbers, int first) {
  int i = first;
  for (float& x : numbers) x = static_cast<float>(i++ % 17 - 6) / 8;
}

inline halo::adapt::predictor<network> learned() {
  halo::aligned_array<float, network::parameters> parameters;
  halo::aligned_array<float, network::statistics> statistics;
  count_up(parameters.span(), 0);
  for (std::size_t i = 0; i < network::statistics; ++i)
    statistics[i] = static_cast<float>(i + 1) / 4;
  return halo::adapt::predictor<network>(parameters.span(), statistics.span());
}

inline halo::adapt::predictor<byte_network> learned_bytes() {
  halo::adapt::adapter<quantised_network, halo::nn::cross_entropy, halo::optim::sgd, 4> device;
  halo::aligned_array<float, quantised_network::parameters> parameters;
  count_up(parameters.span(), 3);
  halo::aligned_array<float, quantised_network::statistics> range;
  range[0] = -1.0F;
  range[1] = 1.0F;
  device.assign(parameters.span(), range.span());
  return halo::adapt::to_integers(device);
}

}  // namespace support::flash
