// SPDX-License-Identifier: BSD-3-Clause
// error: halo: batch_norm: its statistics are those of the whole mini-batch
#include <halo/adapt/adapter.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>

using namespace halo;

using network = nn::sequential<nn::linear<4, 3>, nn::batch_norm, nn::linear<3, 2>>;

float steps(adapt::adapter<network, nn::cross_entropy, optim::adam, 8, optim::gated<>>& device,
            std::span<float const> x, std::span<std::int32_t const> t) {
  return static_cast<float>(device.step(x, t).loss);
}
