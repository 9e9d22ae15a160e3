// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/chain.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>

using namespace halo;
using namespace std::string_view_literals;
namespace detail = nn::detail;

TEST_CASE("chain: the shape goes from layer to layer") {
  using shapes = detail::chain<0, shape<3>, nn::linear<3, 5>, nn::relu, nn::linear<5, 2>>::shapes;
  static_assert(std::is_same_v<shapes, std::tuple<shape<3>, shape<5>, shape<5>, shape<2>>>);
  static_assert(std::is_same_v<detail::chain<0, shape<2, 2>>::shapes, std::tuple<shape<2, 2>>>);
}

TEST_CASE("chain: sizes of a layer are those it declares") {
  constexpr auto l = detail::sizes_of<nn::linear<3, 5>, shape<3>>();
  static_assert(l.inputs == 3 && l.outputs == 5 && l.parameters == 20 && l.tensors == 2);
  static_assert(l.operations == 15 && l.memory == 0 && l.needs_input && !l.needs_output);
  constexpr auto n = detail::sizes_of<nn::layer_norm, shape<2, 3>>();
  static_assert(n.inputs == 6 && n.outputs == 6 && n.parameters == 12 && n.memory == 2);
  CHECK(l.kind == "linear"sv);
  CHECK(n.kind == "layer norm"sv);
}

TEST_CASE("chain: a plan by hand") {
  // 0 linear 4-3 | 1 relu on it | 2 dropout, apart since relu needs its output | 3 norm | 4 linear
  constexpr auto p = detail::make_plan<5>(
      {detail::sizes_of<nn::linear<4, 3>, shape<4>>(), detail::sizes_of<nn::relu, shape<3>>(),
       detail::sizes_of<nn::dropout<>, shape<3>>(), detail::sizes_of<nn::layer_norm, shape<3>>(),
       detail::sizes_of<nn::linear<3, 2>, shape<3>>()});
  constexpr auto none = detail::plan<5>::none;
  static_assert(p.in_place == std::array{false, true, false, false, false});
  static_assert(p.output == std::array<std::size_t, 5>{0, 0, 3, 8, 11});
  static_assert(p.memory[3] == 6);  // mean and inverse deviation
  static_assert(p.delta == std::array<std::size_t, 2>{13, 16});
  static_assert(p.arena == 19);
  static_assert(p.parameter == std::array<std::size_t, 5>{0, 15, 15, 15, 21});
  static_assert(p.owner == std::array<std::size_t, 5>{0, none, none, 1, 2});
  static_assert(p.parameters == 29 && p.tensors == 6 && p.owners == 3);
  // From the top down: what is not elementwise writes to the other place of the two.
  static_assert(p.turn[4] == 0 && p.turn[3] == 1 && p.turn[2] == 1 && p.turn[1] == 1);
}

TEST_CASE("chain: a transparent layer lies on what must be kept, nothing else does") {
  // 0 conv | 1 relu on it | 2 flatten on relu's output | 3 dropout, apart | 4 flatten on it | 5
  // tanh
  using X = shape<2, 2, 3>;
  constexpr auto p = detail::make_plan<6>(
      {detail::sizes_of<nn::conv2d<3, 1>, X>(), detail::sizes_of<nn::relu, X>(),
       detail::sizes_of<nn::flatten, X>(), detail::sizes_of<nn::dropout<>, shape<12>>(),
       detail::sizes_of<nn::flatten, shape<12>>(), detail::sizes_of<nn::tanh, shape<12>>()});
  static_assert(p.in_place == std::array{false, true, true, false, true, true});
  static_assert(p.output == std::array<std::size_t, 6>{0, 0, 0, 12, 12, 12});
}

TEST_CASE("chain: names count in decimal") {
  auto const name = [](std::size_t position, char const* tensor) {
    return std::string_view(detail::tensor_name(position, tensor).data()) ==
           std::to_string(position) + "." + tensor;
  };
  for (std::size_t const position : {0U, 7U, 9U, 10U, 42U, 99U, 100U, 105U, 190U, 999U}) {
    CAPTURE(position);
    CHECK(name(position, "weight"));
    CHECK(name(position, "b"));
  }
}
