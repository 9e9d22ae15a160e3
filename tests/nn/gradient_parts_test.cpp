// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/gradient_parts.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/group_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_gradient_parts_test {

using namespace halo;

namespace {

using deep = nn::sequential<nn::linear<7, 20>, nn::relu, nn::linear<20, 33>, nn::tanh,
                            nn::dropout<>, nn::linear<33, 9>, nn::linear<9, 3>, nn::sigmoid>;
using wide = nn::sequential<nn::linear<60, 50>, nn::tanh, nn::linear<50, 1>>;
using image = nn::sequential<shape<9, 7, 2>, nn::conv2d<3, 3>, nn::relu, nn::conv2d<4, 5>, nn::relu,
                             nn::flatten, nn::linear<252, 11>, nn::tanh, nn::linear<11, 5>>;
using mixed =
    nn::sequential<shape<8, 8, 1>, nn::conv2d<4, 3>, nn::gelu, nn::max_pool<2>,
                   nn::residual<nn::conv2d<4, 3>, nn::relu>, nn::group_norm<2>, nn::relu,
                   nn::conv2d<6, 3>, nn::tanh, nn::flatten, nn::linear<96, 4>, nn::sigmoid>;
static_assert(nn::gradient_parts<deep>::possible && nn::gradient_parts<mixed>::possible);
static_assert(!nn::gradient_parts<nn::sequential<shape<9, 7, 2>, nn::conv2d<3, 3>>>::possible);
static_assert(nn::gradient_parts<nn::recomputed<image>>::arena_size(4) <
              nn::gradient_parts<image>::arena_size(4) - 4 * (252 + 189) + 2 * 252);
static_assert(!nn::gradient_parts<
              nn::sequential<nn::linear<7, 20>, nn::batch_norm, nn::linear<20, 3>>>::possible);

/// Elements of parts that differ from those of backward, and what is asked of the bound.
template <class Network>
void same_bits(std::size_t rows, std::size_t capacity, layer_mask mask) {
  using parts = nn::gradient_parts<Network>;
  using layout = typename Network::layout;
  auto const theta = support::draw<float>(Network::parameters, 1, 0.3);
  auto const x = support::draw<float>(rows * Network::inputs, 2);
  auto const dy = support::draw<float>(rows * Network::outputs, 3);
  nn::pass p{.rows = rows, .capacity = capacity, .training = true, .noise = seed{4}, .step = 5};
  p.layers = mask;
  float const nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> arena(Network::arena_size(capacity), nan), whole(Network::parameters);
  Network::template forward<float*>(p, theta.data(), x.data(), arena.data());
  Network::template backward<float*>(p, theta.data(), x.data(), arena.data(), dy.data(),
                                     whole.data());

  std::vector<float> own(parts::arena_size(capacity), nan), part(parts::most);
  parts::forward(p, theta.data(), x.data(), own.data());
  parts const g(p, theta.data(), x.data(), own.data(), dy.data(), part.data());
  std::size_t wrong = 0, seen = 0;
  float most = 0;
  for (std::size_t const size : {std::size_t{1}, std::size_t{16}, std::size_t{70}, parts::most}) {
    for (std::size_t i = 0; i < layout::tensors; ++i) {
      auto const& info = layout::table[i];
      if (!mask[info.layer]) continue;
      for (std::size_t at = 0; at < info.count; at += size) {
        std::size_t const n = std::min(size, info.count - at);
        float const* const found = g(i, at, n);
        for (std::size_t k = 0; k < n; ++k, ++seen) {
          wrong += found[k] == whole[info.offset + at + k] ? 0U : 1U;
          most = std::max(most, std::abs(found[k]));
        }
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(seen > 0);
  CHECK(std::isfinite(g.bound()));
  CHECK(g.bound() >= most);
}

}  // namespace

TEST_CASE("gradient_parts: parts of any size have the bits of backward") {
  for (std::size_t const rows : {1U, 2U, 8U, 9U}) {
    CAPTURE(rows);
    for (layer_mask const mask : {layer_mask::all(4), layer_mask::only(0), layer_mask::only(2),
                                  layer_mask::top(2, 4), layer_mask::all(2)})
      same_bits<deep>(rows, 9, mask);
  }
  for (std::size_t const rows : {1U, 40U, 300U}) same_bits<wide>(rows, 300, layer_mask::all(2));
}

TEST_CASE("gradient_parts: of convolutions and others, whose gradients are kept") {
  for (std::size_t const rows : {1U, 5U}) {
    CAPTURE(rows);
    for (layer_mask const mask : {layer_mask::all(4), layer_mask::only(0), layer_mask::only(1),
                                  layer_mask::only(2), layer_mask::top(2, 4), layer_mask::all(2)}) {
      same_bits<image>(rows, 5, mask);
      same_bits<nn::recomputed<image>>(rows, 5, mask);
    }
    for (layer_mask const mask : {layer_mask::all(5), layer_mask::only(1), layer_mask::only(2),
                                  layer_mask::top(2, 5), layer_mask::all(3)}) {
      same_bits<mixed>(rows, 5, mask);
      same_bits<nn::recomputed<mixed>>(rows, 5, mask);
    }
  }
}

TEST_CASE("gradient_parts: what is not finite shows in the bound") {
  using parts = nn::gradient_parts<wide>;
  auto const theta = support::draw<float>(wide::parameters, 1, 0.3);
  auto x = support::draw<float>(2 * wide::inputs, 2);
  std::vector<float> const dy{1, -1};
  std::vector<float> arena(parts::arena_size(2)), part(parts::most);
  nn::pass const p{.rows = 2, .capacity = 2, .training = true};
  x[61] = std::numeric_limits<float>::infinity();
  parts::forward(p, theta.data(), x.data(), arena.data());
  parts const g(p, theta.data(), x.data(), arena.data(), dy.data(), part.data());
  CHECK_FALSE(std::isfinite(g.bound()));
}

}  // namespace nn_gradient_parts_test
