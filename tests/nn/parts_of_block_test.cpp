// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/parts_of_block.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace nn_parts_of_block_test {

using namespace halo;

using network =
    nn::sequential<shape<6, 5, 2>, nn::conv2d<3, 3>, nn::relu, nn::flatten, nn::linear<90, 4>>;
template <bool Recomputes>
using parts =
    nn::detail::parts_of_block<nn::detail::block<0, shape<6, 5, 2>, nn::conv2d<3, 3>, nn::relu,
                                                 nn::flatten, nn::linear<90, 4>>,
                               Recomputes>;

TEST_CASE("parts_of_block: its arena begins as the network's, with what it keeps behind") {
  static_assert(parts<false>::possible);
  // 90 activations and 4 outputs, a dx of 90, 57 numbers of the convolution's gradient
  static_assert(parts<false>::arena_size(1) >= 90 + 4 + 90 + 57);
  static_assert(parts<false>::arena_size(1) - parts<true>::arena_size(1) == 90 - 3);
  std::size_t const rows = 3;
  auto const theta = support::draw<float>(network::parameters, 1, 0.3);
  auto const x = support::draw<float>(rows * network::inputs, 2);
  nn::pass const p{.rows = rows, .capacity = rows, .training = true};
  std::vector<float> arena(network::arena_size(rows)), own(parts<true>::arena_size(rows));
  float const* const y = network::forward<float*>(p, theta.data(), x.data(), arena.data());
  float const* const z = parts<true>::forward(
      {parts<true>::with_room(p, own.data()), theta.data(), x.data(), own.data(), nullptr});
  CHECK(y - arena.data() == z - own.data());
  for (std::size_t i = 0; i < rows * 4; ++i) CHECK(y[i] == z[i]);
}

TEST_CASE("parts_of_block: after a backward pass the activations are there again") {
  std::size_t const rows = 2;
  auto const theta = support::draw<float>(network::parameters, 1, 0.3);
  auto const x = support::draw<float>(rows * network::inputs, 2);
  auto const dy = support::draw<float>(rows * network::outputs, 3);
  std::vector<float> own(parts<true>::arena_size(rows));
  nn::pass const p{.rows = rows, .capacity = rows, .training = true};
  typename parts<true>::memory const m{parts<true>::with_room(p, own.data()), theta.data(),
                                       x.data(), own.data(), dy.data()};
  parts<true>::forward(m);
  std::vector<float> const before(own.begin(), own.begin() + 94 * rows);
  CHECK(parts<true>::run(m) > 0);
  CHECK(std::vector<float>(own.begin(), own.begin() + 94 * rows) == before);
}

}  // namespace nn_parts_of_block_test
