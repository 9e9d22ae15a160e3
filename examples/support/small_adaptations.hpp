// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/device.hpp>

// Adaptations in miniature, whose every bit is written down as one number: what a processor makes
// of halo, to be compared with what another made of it. No heap, no files.

namespace support {

/// Rows of Classes patterns in noise, drawn anew for every mini-batch.
template <std::size_t Inputs, std::size_t Classes, std::size_t Rows>
struct measured {
  std::array<float, Rows * Inputs> x{};
  std::array<std::int32_t, Rows> y{};

  void draw(halo::generator& from) {
    for (std::size_t i = 0; i < Rows; ++i) {
      std::uint32_t const label = from.below(Classes);
      y[i] = static_cast<std::int32_t>(label);
      halo::generator pattern(halo::seed{99}, label);
      for (std::size_t j = 0; j < Inputs; ++j) x[i * Inputs + j] = pattern.normal() + from.normal();
    }
  }
};

struct result {
  std::uint64_t bits;  ///< of all parameters at the end
  double accuracy;     ///< in the last steps
  bool done;           ///< every step was
};

/// So many steps of a device.
template <class Device, std::size_t Inputs, std::size_t Classes>
result adapt(Device& device, int steps) {
  constexpr std::size_t rows = Device::max_batch;
  static measured<Inputs, Classes, rows> batch;
  halo::generator from(halo::seed{7});
  result r{0, 0.0, true};
  for (int i = 0; i < steps; ++i) {
    batch.draw(from);
    auto const report =
        device.try_step(std::span<float const>(batch.x), std::span<std::int32_t const>(batch.y));
    r.done = r.done && report.status == halo::optim::status::done;
    if (i >= steps - 10) r.accuracy += report.accuracy / 10;
  }
  r.bits = halo::fingerprint_of(device.parameters()).value();
  return r;
}

namespace nn = halo::nn;
using perceptron =
    nn::sequential<nn::linear<26, 64>, nn::relu, nn::linear<64, 64>, nn::tanh, nn::linear<64, 4>>;
using convolutional =
    nn::sequential<halo::shape<12, 12, 1>, nn::conv2d<8, 3>, nn::batch_norm, nn::relu,
                   nn::max_pool<2>, nn::conv2d<16, 3>, nn::gelu, nn::flatten, nn::linear<576, 4>>;
using recurrent =
    nn::sequential<halo::shape<8, 6>, nn::lstm<16>, nn::layer_norm, nn::linear<16, 4>>;

}  // namespace support
