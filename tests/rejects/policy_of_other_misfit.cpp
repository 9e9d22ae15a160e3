// SPDX-License-Identifier: BSD-3-Clause
// error: halo: policy: misfit is called as p.misfit(std::size_t layers) and returns a char const*,
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own : optim::selection {
  [[nodiscard]] bool misfit(std::size_t layers) const noexcept { return layers < 3; }
};

using network = nn::sequential<nn::linear<4, 2>>;
static adapt::adapter<network, nn::cross_entropy, optim::adam, 8, own> device;
