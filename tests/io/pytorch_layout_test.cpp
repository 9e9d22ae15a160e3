// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/pytorch_layout.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <halo/nn.hpp>

#include "../support/data.hpp"

namespace io_pytorch_layout_test {

using namespace halo;
using io::extents;
using io::detail::incoming;
using io::detail::turned;

namespace {

parameter_info info(std::array<std::size_t, 4> shape, std::size_t rank, parameter_role role) {
  std::size_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) count *= shape[i];
  return {.extents = shape, .rank = rank, .count = count, .role = role};
}

/// 0, 1, 2 ... in PyTorch's order, in halo's.
std::vector<float> places(turned const& how, std::size_t count) {
  std::vector<float> from(count), to(count);
  std::iota(from.begin(), from.end(), 0.0F);
  how.copy(from, to);
  return to;
}

template <class Network>
std::vector<io::detail::described> layers_of() {
  return io::detail::layer_walk::through<Network>([](std::string_view place) {
    return std::ranges::any_of(Network::layout::table, [place](auto const& t) {
      return t.role == parameter_role::weight && t.name().substr(0, t.name().rfind('.')) == place;
    });
  });
}

}  // namespace

TEST_CASE("pytorch_layout: weights of linear layers, also behind an image") {
  turned const plain(info({2, 3}, 2, parameter_role::weight), {{2}}, true);
  CHECK(plain.shape == extents{3, 2});
  CHECK(places(plain, 6) == std::vector<float>{0, 2, 4, 1, 3, 5});
  // 2 pixels of 3 channels, one output: PyTorch has (c0 p0), (c0 p1), (c1 p0) ...
  turned const flat(info({6, 1}, 2, parameter_role::weight), {{6}, true, {1, 2, 3}}, true);
  CHECK(flat.shape == extents{1, 6});
  CHECK(places(flat, 6) == std::vector<float>{0, 2, 4, 1, 3, 5});
  turned const bias(info({6}, 1, parameter_role::bias), {{6}, true, {1, 2, 3}}, true);
  CHECK(places(bias, 6) == std::vector<float>{0, 1, 2, 3, 4, 5});
  turned const gain(info({6}, 1, parameter_role::gain), {{6}, true, {1, 2, 3}}, false);
  CHECK(gain.shape == extents{6});
  CHECK(places(gain, 6) == std::vector<float>{0, 2, 4, 1, 3, 5});
}

TEST_CASE("pytorch_layout: kernels and gains over images") {
  turned const kernel(info({2, 1, 3, 2}, 4, parameter_role::weight), {{5, 5, 3}}, true);
  CHECK(kernel.shape == extents{2, 3, 2, 1});
  CHECK(places(kernel, 12) == std::vector<float>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11});
  turned const line(info({2, 1, 3}, 3, parameter_role::weight), {{5, 1}}, true);
  CHECK(line.shape == extents{3, 1, 2});
  CHECK(places(line, 6) == std::vector<float>{0, 2, 4, 1, 3, 5});
  turned const image(info({2, 3}, 2, parameter_role::gain), {{2, 3}}, false);
  CHECK(image.shape == extents{3, 2});
  turned const states(info({2, 3}, 2, parameter_role::gain), {{2, 3}, false}, false);
  CHECK(states.shape == extents{2, 3});
}

TEST_CASE("pytorch_layout: what comes into each layer") {
  using network =
      nn::sequential<shape<4, 4, 2>,
                     nn::residual<nn::projection<nn::conv2d<3, 1>>, nn::conv2d<3, 3>, nn::relu>,
                     nn::flatten, nn::relu, nn::linear<48, 48>, nn::linear<48, 2>>;
  auto const layers = layers_of<network>();
  auto const at = [&](std::string const& place) -> incoming const& {
    return std::ranges::find(layers, place, &io::detail::described::place)->in;
  };
  CHECK(at("0.0.0").shape == extents{4, 4, 2});
  CHECK(at("0.1").shape == extents{4, 4, 2});  // beside the projection, not behind it
  CHECK(at("0.2").shape == extents{4, 4, 3});
  CHECK(at("2").image == extents{4, 4, 3});
  CHECK(at("3").image == extents{4, 4, 3});
  CHECK(at("4").image == extents{});

  using states = nn::sequential<shape<4, 2>, nn::lstm<3, nn::states::all>, nn::relu, nn::flatten,
                                nn::linear<12, 2>>;
  auto const recurrent = layers_of<states>();
  CHECK(recurrent[0].in.channels_first);
  CHECK(!recurrent[2].in.channels_first);
  CHECK(recurrent[3].in.image == extents{});
}

TEST_CASE("pytorch_layout: a flattened image is not added to what a linear layer made of it") {
  using network = nn::sequential<shape<2, 2, 2>, nn::flatten, nn::residual<nn::linear<8, 8>>>;
  CHECK(support::message_of<error>([] { static_cast<void>(layers_of<network>()); }) ==
        "load_pytorch: layer 1: expected a linear layer between a flattened image and a residual "
        "without projection, found none");
  using fine = nn::sequential<shape<2, 2, 2>, nn::flatten, nn::residual<nn::relu>, nn::linear<8, 8>,
                              nn::residual<nn::linear<8, 8>>>;
  CHECK(layers_of<fine>().size() == 6);
}

}  // namespace io_pytorch_layout_test
