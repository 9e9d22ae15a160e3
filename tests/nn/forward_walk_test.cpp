// SPDX-License-Identifier: BSD-3-Clause
// A network that only answers: the bits of the forward pass that backward may follow, in less
// memory.
#include <halo/nn/forward_walk.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <vector>

#include <halo/nn.hpp>

#include "../support/network.hpp"

namespace nn_forward_walk_test {

using namespace halo;
using support::draw;

namespace {

/// Both passes on `rows` of the examples that the arena has room for.
template <class Network>
void compare(std::size_t rows, float const* statistics = nullptr) {
  CAPTURE(Network::layer(0).kind);
  std::size_t const capacity = rows + 2, spare = 20;
  auto const theta = draw<float>(Network::parameters, 1, 0.5);
  auto const x = draw<float>(rows * Network::inputs, 2);
  nn::pass const p{.rows = rows, .capacity = capacity, .statistics = statistics};
  float const nan = std::numeric_limits<float>::quiet_NaN();  // nobody counts on what lies there
  std::vector<float> full(Network::arena_size(capacity), nan);
  std::size_t const size = Network::inference_arena_size(capacity);
  std::vector<float> lean(size, nan);
  lean.resize(size + spare, 7.0F);
  float const* const y = Network::template forward<float*>(p, theta.data(), x.data(), full.data());
  float const* const z = Network::template infer<float*>(p, theta.data(), x.data(), lean.data());
  for (std::size_t i = 0; i < rows * Network::outputs; ++i) CHECK(y[i] == z[i]);
  for (std::size_t i = size; i < lean.size(); ++i) CHECK(lean[i] == 7);
  CHECK(size <= full.size());
}

using convolutions =
    nn::sequential<shape<12, 12, 3>, nn::conv2d<8, 3>, nn::batch_norm, nn::relu, nn::conv2d<8, 3>,
                   nn::gelu, nn::max_pool<2>, nn::conv2d<8, 3>, nn::relu, nn::conv2d<8, 3>,
                   nn::sigmoid, nn::tanh, nn::flatten, nn::linear<288, 5>>;
template <std::size_t C>
using shortcut = nn::residual<nn::batch_norm, nn::relu, nn::conv2d<C, 3>, nn::batch_norm, nn::relu,
                              nn::conv2d<C, 3>>;
using deep = nn::sequential<shape<8, 8, 3>, nn::conv2d<8, 3>, shortcut<8>, shortcut<8>, shortcut<8>,
                            nn::residual<nn::projection<nn::conv2d<16, 1, 2>>,
                                         nn::quantised<nn::conv2d<16, 3, 2>>, nn::tanh>,
                            nn::checkpointed<nn::conv2d<16, 3>, nn::gelu>, shortcut<16>,
                            shortcut<16>, nn::global_average_pool, nn::linear<16, 4>>;
using steps = nn::sequential<shape<6, 3>, nn::lstm<4, nn::states::all>, nn::gru<5>, nn::layer_norm,
                             nn::linear<5, 2>, nn::sigmoid>;

}  // namespace

TEST_CASE("forward walk: inference has the bits of forward") {
  for (std::size_t const rows : {1U, 3U, 8U}) {
    compare<convolutions>(rows);
    compare<deep>(rows);
    compare<steps>(rows);
    compare<nn::sequential<nn::linear<4, 3>>>(rows);
    compare<nn::sequential<nn::linear<4, 3>, nn::relu>>(rows);
    compare<nn::sequential<shape<3>, nn::gelu, nn::gelu, nn::dropout<>, nn::gelu>>(rows);
    compare<nn::sequential<shape<4>, nn::relu>>(rows);
    compare<nn::sequential<nn::linear<4, 33>, nn::tanh, nn::linear<33, 2>>>(rows);
  }
  std::vector<float> statistics(deep::statistics);
  nn::initialize<deep::statistics_layout, float>(statistics, seed{1});
  compare<deep>(4, statistics.data());
}

TEST_CASE("forward walk: inference wants a fraction of the memory") {
  static_assert(3 * convolutions::inference_memory_per_row < convolutions::memory_per_row);
  static_assert(3 * deep::inference_memory_per_row < deep::memory_per_row);
  using mlp = nn::sequential<nn::linear<128, 64>, nn::relu, nn::linear<64, 64>, nn::relu,
                             nn::linear<64, 64>, nn::relu, nn::linear<64, 6>>;
  static_assert(mlp::inference_memory_per_row == 2 * 64 + 6);
  static_assert(nn::sequential<nn::linear<4, 3>, nn::relu>::inference_memory_per_row == 3);
  MESSAGE("deep: ", deep::memory_per_row, " and ", deep::inference_memory_per_row, " floats a row");
  CHECK(convolutions::inference_arena_size(3) - convolutions::inference_arena_size(0) ==
        3 * convolutions::inference_memory_per_row);
}

}  // namespace nn_forward_walk_test
