// SPDX-License-Identifier: BSD-3-Clause
#include <halo/zoo/networks.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <halo/nn/gradient.hpp>

#include "../support/network.hpp"

namespace zoo_networks_test {

using namespace halo;

namespace {

template <class Network>
std::vector<std::size_t> tensor_sizes() {
  std::vector<std::size_t> sizes;
  for (parameter_info const& info : Network::layout::table) sizes.push_back(info.count);
  return sizes;
}
using sizes = std::vector<std::size_t>;

}  // namespace

TEST_CASE("networks: tensors are those of the paper") {
  CHECK(tensor_sizes<zoo::mnist_cnn<>>() == sizes{72, 8, 1600, 8, 31360, 5});
  CHECK(tensor_sizes<zoo::cifar_cnn<>>() == sizes{432, 16, 6400, 16, 81920, 5});
  CHECK(tensor_sizes<zoo::deep_cifar_cnn<>>() ==
        sizes{432, 16, 2304, 16, 6400, 16, 6400, 16, 81920, 5});
  CHECK(tensor_sizes<zoo::thyroid_mlp<>>() == sizes{780, 30, 900, 30, 120, 4});
  CHECK(tensor_sizes<zoo::gas_sensor_mlp<>>() == sizes{3840, 30, 900, 30, 90, 3});
  CHECK(tensor_sizes<zoo::activity_cnn_lstm<>>() ==
        sizes{24576, 12288, 4096, 400, 40000, 400, 300, 3});
  CHECK(tensor_sizes<zoo::activity_cnn_lstm_over_time<>>() ==
        sizes{1728, 12288, 4096, 25600, 40000, 400, 300, 3});
  static_assert(zoo::mnist_cnn<>::parameters == 33'053);
  static_assert(zoo::cifar_cnn<>::parameters == 88'789);
  static_assert(zoo::deep_cifar_cnn<>::parameters == 97'525);
  static_assert(zoo::thyroid_mlp<>::parameters == 1'864);
  static_assert(zoo::gas_sensor_mlp<129>::parameters == 4'923);
  static_assert(zoo::gas_sensor_mlp<>::parameters == 4'893);
  static_assert(zoo::activity_cnn_lstm<1>::parameters == 81'861);
  static_assert(zoo::activity_cnn_lstm<>::parameters == 82'063);
  static_assert(zoo::mnist_cnn<10>::outputs == 10 && zoo::cifar_cnn<7>::outputs == 7);
}

TEST_CASE("networks: relu on the logits is one word more") {
  using plain = zoo::mnist_cnn<>;
  using clipped = zoo::mnist_cnn<5, nn::relu>;
  static_assert(clipped::parameters == plain::parameters);
  auto const theta = support::draw<float>(plain::parameters, 1, 0.05);
  auto const x = support::draw<float>(2 * plain::inputs, 2);
  nn::pass const p{.rows = 2, .capacity = 2};
  std::vector<float> a(plain::arena_size(2)), b(clipped::arena_size(2));
  float const* y = plain::forward<float*>(p, theta.data(), x.data(), a.data());
  float const* clipped_y = clipped::forward<float*>(p, theta.data(), x.data(), b.data());
  CHECK(*std::min_element(y, y + 10) < 0);
  for (std::size_t i = 0; i < 10; ++i) CHECK(clipped_y[i] == std::max(y[i], 0.0F));
}

}  // namespace zoo_networks_test
