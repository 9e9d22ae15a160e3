// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/layer_by_layer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/adapt/evaluate.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/lstm.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/recomputed.hpp>
#include <halo/nn/reshape.hpp>
#include <halo/nn/residual.hpp>

#include "../support/network.hpp"

namespace adapt_layer_by_layer_test {

using namespace halo;

namespace {

/// A header of a network, with numbers that tell its elements apart.
template <class Network>
struct header {
  static constexpr auto tensors = [] {
    std::array<adapt::flash_tensor, Network::layout::tensors> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = {Network::layout::table[i].name(), Network::layout::table[i].extents};
    return all;
  }();
  static constexpr std::size_t of_bytes = [] {
    std::size_t n = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i)
      n += adapt::detail::is_bytes(tensors[i]) ? Network::layout::table[i].count : 0;
    return n;
  }();
  static constexpr std::size_t of_floats = [] {
    std::size_t n = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i)
      n += adapt::detail::is_bytes(tensors[i]) ? adapt::detail::last_extent(tensors[i])
                                               : Network::layout::table[i].count;
    return n;
  }();
  static constexpr auto bytes = [] {
    std::array<std::int8_t, of_bytes> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = static_cast<std::int8_t>(static_cast<int>(i * 37 % 255) - 127);
    return all;
  }();
  static constexpr auto floats = [] {
    std::array<float, of_floats> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<float>(i % 7 + 1) / 1024;
    return all;
  }();
};

/// Whether layer by layer gives what the network gives with all floats.
template <class Network>
void compare() {
  using bytes = adapt::detail::layer_by_layer<Network, header<Network>>;
  std::vector<float> theta(Network::parameters), statistics(Network::statistics, 0.5F);
  adapt::detail::bytes_cursor<header<Network>> from;
  float* to = theta.data();
  for (parameter_info const& info : Network::layout::table)
    from.next(info.count, [&](float x) { *to++ = x; });
  constexpr std::size_t rows = 5;
  std::vector<float> const x = support::draw<float>(rows * Network::inputs, 3);
  std::vector<float> y(rows * Network::outputs), expected(rows * Network::outputs);
  adapt::inference_workspace<bytes, 2> work;
  adapt::inference_workspace<Network, 2> whole;
  REQUIRE_FALSE(adapt::try_predict<bytes>({{}, statistics}, x, y, work));
  REQUIRE_FALSE(adapt::try_predict<Network>({theta, statistics}, x, expected, whole));
  CHECK(y == expected);
}

}  // namespace

TEST_CASE("layer_by_layer: the answers of the whole network, bit for bit") {
  compare<nn::sequential<nn::linear<5, 40>, nn::relu, nn::linear<40, 3>>>();
  compare<nn::sequential<nn::linear<5, 3>>>();
  compare<nn::recomputed<nn::sequential<nn::linear<5, 40>, nn::relu, nn::linear<40, 3>>>>();
  compare<nn::sequential<shape<6, 6, 2>, nn::conv2d<4, 3>, nn::batch_norm, nn::relu,
                         nn::max_pool<2>, nn::residual<nn::conv2d<4, 3>, nn::batch_norm>,
                         nn::flatten, nn::linear<36, 3>>>();
  compare<nn::sequential<shape<6, 3>, nn::lstm<5>, nn::tanh, nn::linear<5, 2>>>();
}

TEST_CASE("layer_by_layer: memory is that of the largest layer") {
  using network = nn::sequential<nn::linear<64, 64>, nn::relu, nn::linear<64, 64>, nn::relu,
                                 nn::linear<64, 64>, nn::relu, nn::linear<64, 4>>;
  using bytes = adapt::detail::layer_by_layer<network, header<network>>;
  static_assert(bytes::walk::most_parameters == 64 * 65);
  static_assert(bytes::inference_arena_size(1) < network::parameters / 2);
  CHECK(bytes::walk::parameters == network::parameters);
}

}  // namespace adapt_layer_by_layer_test
