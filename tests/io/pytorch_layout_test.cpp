// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/pytorch_layout.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <halo/nn.hpp>

#include "../support/data.hpp"

namespace io_pytorch_layout_test {

using namespace halo;
using io::extents;
using io::detail::incoming;

namespace {

template <class Network>
std::vector<io::detail::described> layers_of() {
  return io::detail::layer_walk::through<Network>([](std::string_view place) {
    return std::ranges::any_of(Network::layout::table, [place](auto const& t) {
      return t.role == parameter_role::weight && t.name().substr(0, t.name().rfind('.')) == place;
    });
  });
}

}  // namespace

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
