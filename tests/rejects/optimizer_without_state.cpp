// SPDX-License-Identifier: BSD-3-Clause
// error: halo: optimizer: `state<Layout, T>`, a type for what it remembers, is missing
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own {
  static constexpr char const* name = "own";
  static constexpr std::size_t operations_per_parameter = 1;
  static constexpr void record(auto&, auto&& f) { f.constant("name", "own"); }
  optim::status step(float*, float const*) const noexcept { return optim::status::empty; }
};

using network = nn::sequential<nn::linear<4, 2>>;
static adapt::adapter<network, nn::cross_entropy, own, 8> device;
