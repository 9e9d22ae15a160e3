// SPDX-License-Identifier: BSD-3-Clause
// error: halo: policy: `state`, a type for what it remembers, is missing
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own {
  static constexpr bool selective = false;
  static constexpr void record(auto&, auto&& f) { f.constant("name", "own"); }
  [[nodiscard]] optim::decision decide(optim::no_memory const&, generator const&, std::uint64_t,
                                       std::size_t layers) const noexcept {
    return {.layers = layer_mask::all(layers)};
  }
  void observe(optim::no_memory&, optim::observation const&) const noexcept {}
};

using network = nn::sequential<nn::linear<4, 2>>;
static adapt::adapter<network, nn::cross_entropy, optim::adam, 8, own> device;
