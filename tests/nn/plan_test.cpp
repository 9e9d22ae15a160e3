// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/plan.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>

namespace nn_plan_test {

using namespace halo;

namespace {

template <std::size_t N>
using sizes = std::array<std::size_t, N>;

}  // namespace

TEST_CASE("plan: sizes of a layer are those it declares") {
  constexpr auto l = nn::detail::sizes_of<nn::linear<3, 5>, shape<3>>();
  static_assert(l.inputs == 3 && l.outputs == 5 && l.parameters == 20 && l.tensors == 2);
  static_assert(l.operations == 15 && l.memory == 0 && l.needs_input && !l.needs_output);
  static_assert(l.mask_layers == 1 && l.rows == 1 && l.scratch == 0 && l.statistics == 0);
  constexpr auto n = nn::detail::sizes_of<nn::batch_norm, shape<2, 3>>();
  static_assert(n.inputs == 6 && n.outputs == 6 && n.parameters == 6);
  static_assert(n.memory == 9);  // of each channel: mean, variance, rest of the mean
  static_assert(n.statistics == 6 && n.statistic_tensors == 2 && n.scratch == 6);
  static_assert(nn::detail::sizes_of<nn::relu, shape<3>>().mask_layers == 0);
}

TEST_CASE("plan: one by hand") {
  // 0 linear 4-3 | 1 relu on it | 2 dropout, apart since relu needs its output | 3 norm | 4 linear
  constexpr auto p = nn::detail::make_plan<5>({nn::detail::sizes_of<nn::linear<4, 3>, shape<4>>(),
                                               nn::detail::sizes_of<nn::relu, shape<3>>(),
                                               nn::detail::sizes_of<nn::dropout<>, shape<3>>(),
                                               nn::detail::sizes_of<nn::layer_norm, shape<3>>(),
                                               nn::detail::sizes_of<nn::linear<3, 2>, shape<3>>()});
  static_assert(p.in_place == std::array{false, true, false, false, false});
  static_assert(p.in_y == std::array{false, false, false, false, true});
  static_assert(p.output == sizes<5>{0, 0, 3, 8, 0});
  static_assert(p.memory[3] == 6);  // mean and inverse deviation
  static_assert(p.all.memory == 11 && p.all.scratch == 6 && p.inner == 6);
  static_assert(p.parameter == sizes<5>{0, 15, 15, 15, 21});
  static_assert(p.mask_layer == sizes<5>{0, 1, 1, 1, 2});
  static_assert(p.row == sizes<5>{0, 1, 2, 3, 4});
  static_assert(p.all.parameters == 29 && p.all.tensors == 6 && p.all.mask_layers == 3);
  static_assert(p.all.inputs == 4 && p.all.outputs == 2 && !p.all.needs_output);
  // From the top down: what is not elementwise writes to the other place of the two.
  static_assert(p.delta == sizes<5>{0, 3, 3, 3, 0});
}

TEST_CASE("plan: nothing is written on the gradient that the block was given") {
  // 0 linear 4-3 | 1 tanh | 2 relu, apart since tanh needs its output: both are the block's output
  constexpr auto p = nn::detail::make_plan<3>({nn::detail::sizes_of<nn::linear<4, 3>, shape<4>>(),
                                               nn::detail::sizes_of<nn::tanh, shape<3>>(),
                                               nn::detail::sizes_of<nn::relu, shape<3>>()});
  static_assert(p.in_y == std::array{false, false, true});
  static_assert(p.output == sizes<3>{0, 0, 0} && p.all.memory == 3);
  static_assert(p.delta == sizes<3>{0, 0, 0} && p.all.scratch == 3);
  static_assert(p.all.needs_output);
}

TEST_CASE("plan: a transparent layer lies on what must be kept, nothing else does") {
  // 0 conv | 1 relu on it | 2 flatten on relu's output | 3 dropout, apart | 4 flatten on it | 5
  // tanh
  using X = shape<2, 2, 3>;
  constexpr auto p = nn::detail::make_plan<6>(
      {nn::detail::sizes_of<nn::conv2d<3, 1>, X>(), nn::detail::sizes_of<nn::relu, X>(),
       nn::detail::sizes_of<nn::flatten, X>(), nn::detail::sizes_of<nn::dropout<>, shape<12>>(),
       nn::detail::sizes_of<nn::flatten, shape<12>>(),
       nn::detail::sizes_of<nn::tanh, shape<12>>()});
  static_assert(p.in_place == std::array{false, true, true, false, true, true});
  static_assert(p.in_y == std::array{false, false, false, true, true, true});
  static_assert(p.output == sizes<6>{0, 0, 0, 0, 0, 0} && p.all.memory == 12);
}

TEST_CASE("plan: layers of a layer are counted where it stands, scratch is shared") {
  using inner = nn::residual<nn::linear<3, 5>, nn::tanh, nn::linear<5, 3>>;
  constexpr auto r = nn::detail::sizes_of<inner, shape<3>>();
  static_assert(r.mask_layers == 2 && r.rows == 4 && r.parameters == 38 && r.memory == 5);
  static_assert(r.scratch == 5);  // one gradient in flight, the other is the caller's
  constexpr auto p = nn::detail::make_plan<3>({nn::detail::sizes_of<nn::batch_norm, shape<3>>(), r,
                                               nn::detail::sizes_of<inner, shape<3>>()});
  static_assert(p.mask_layer == sizes<3>{0, 1, 3} && p.row == sizes<3>{0, 1, 5});
  static_assert(p.all.mask_layers == 5 && p.all.rows == 9);
  static_assert(p.all.scratch == 2 * 3 + 6);  // two gradients in flight, the norm's own
}

TEST_CASE("plan: names count in decimal and say the whole way") {
  auto const name = [](nn::layer_path const& path, char const* tensor) {
    return std::string(nn::detail::tensor_name(path, tensor).data());
  };
  for (std::size_t const position : {0U, 7U, 9U, 10U, 42U, 99U, 100U, 105U, 190U, 999U, 65535U}) {
    nn::layer_path const path = nn::layer_path{}.below(position);
    CHECK(name(path, "weight") == std::to_string(position) + ".weight");
    CHECK(name(path.below(10), "b") == "10." + std::to_string(position) + ".b");
    CHECK(name(path.below(2).below(31), "b") == "31.2." + std::to_string(position) + ".b");
  }
}

TEST_CASE("plan: a table puts tensor behind tensor") {
  constexpr auto table = nn::detail::make_table(nn::linear<3, 5>::tensors<shape<3>>);
  static_assert(table[0].offset == 0 && table[0].count == 15 && table[0].rank == 2);
  static_assert(table[1].offset == 15 && table[1].count == 5);
  static_assert(table[1].role == parameter_role::bias && table[1].layer == 0);
}

TEST_CASE("plan: rows are moved to the front") {
  std::vector<int> x{0, 1, 10, 11, 20, 21, 30, 31};
  std::vector<std::uint32_t> const kept{0, 2, 3};
  nn::detail::move_rows(2, kept.data(), 3, x.data());
  CHECK(x == std::vector<int>{0, 1, 20, 21, 30, 31, 30, 31});
}

}  // namespace nn_plan_test
