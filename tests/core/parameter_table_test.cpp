// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/parameter_table.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace core_parameter_table_test {

using namespace halo;

namespace {

/// Six tensors of four layers; the third layer has one tensor and the fourth an empty one.
struct layout {
  static constexpr std::size_t size = 23;
  static constexpr std::size_t tensors = 6;
  static constexpr std::size_t layers = 4;
  static constexpr std::array<parameter_info, tensors> table{
      parameter_info{.offset = 0, .count = 6, .layer = 0},
      parameter_info{.offset = 6, .count = 2, .layer = 0, .role = parameter_role::bias},
      parameter_info{.offset = 8, .count = 4, .layer = 1},
      parameter_info{.offset = 12, .count = 1, .layer = 1, .role = parameter_role::bias},
      parameter_info{.offset = 13, .count = 10, .layer = 2, .role = parameter_role::gain},
      parameter_info{.offset = 23, .count = 0, .layer = 3}};
};
static_assert(parameter_layout<layout>);

/// Layers within layers, and one whose name is longer.
struct named_layout {
  static constexpr std::size_t size = 4, tensors = 4, layers = 3;
  static constexpr std::array<parameter_info, tensors> table{
      parameter_info{.text = {"3.weight"}, .offset = 0, .count = 1, .layer = 0},
      parameter_info{.text = {"3.1.weight"}, .offset = 1, .count = 1, .layer = 1},
      parameter_info{.text = {"3.1.bias"}, .offset = 2, .count = 1, .layer = 1},
      parameter_info{.text = {"30.weight"}, .offset = 3, .count = 1, .layer = 2}};
};

struct too_many_layers : layout {
  static constexpr std::size_t layers = layer_mask::capacity + 1;
};
static_assert(!parameter_layout<too_many_layers>);
static_assert(!parameter_layout<int>);

using run = std::tuple<std::size_t, std::size_t, std::size_t>;
template <class Key>
std::vector<run> runs(layer_mask mask, Key key) {
  std::vector<run> all;
  for_each_run<layout>(mask, key, [&](std::size_t begin, std::size_t end, std::size_t tensor) {
    all.emplace_back(begin, end, tensor);
  });
  return all;
}
int same(std::size_t) { return 0; }
parameter_role role(std::size_t tensor) { return layout::table[tensor].role; }

}  // namespace

TEST_CASE("parameter_table: neighbouring selected tensors are one run") {
  CHECK(runs(layer_mask::all(4), same) == std::vector<run>{{0, 23, 0}});
  CHECK(runs(layer_mask(0b0101), same) == std::vector<run>{{0, 8, 0}, {13, 23, 4}});
  CHECK(runs(layer_mask(0b0010), same) == std::vector<run>{{8, 13, 2}});
  CHECK(runs(layer_mask(0b1000), same) == std::vector<run>{{23, 23, 5}});
  CHECK(runs(layer_mask{}, same).empty());
}

TEST_CASE("parameter_table: a run ends where its key changes") {
  CHECK(runs(layer_mask(0b0111), role) ==
        std::vector<run>{{0, 6, 0}, {6, 8, 1}, {8, 12, 2}, {12, 13, 3}, {13, 23, 4}});
  CHECK(runs(layer_mask(0b0110), [](std::size_t t) { return t / 4; }) ==
        std::vector<run>{{8, 13, 2}, {13, 23, 4}});
}

TEST_CASE("parameter_table: runs cover exactly what any mask selects, in order") {
  for (std::uint64_t bits = 0; bits < 16; ++bits) {
    CAPTURE(bits);
    layer_mask const mask(bits);
    std::array<int, layout::size> expected{}, visited{};
    for (parameter_info const& info : layout::table)
      for (std::size_t i = 0; i < info.count; ++i) expected[info.offset + i] = mask[info.layer];
    std::size_t last = 0;
    for_each_run<layout>(mask, same, [&](std::size_t begin, std::size_t end, std::size_t) {
      CHECK(begin >= last);
      CHECK(end >= begin);
      last = end;
      for (std::size_t i = begin; i < end; ++i) ++visited[i];
    });
    CHECK(visited == expected);
  }
}

TEST_CASE("parameter_table: flat_layout is one tensor of one layer") {
  CHECK(flat_layout<5>::size == 5);
  CHECK(flat_layout<5>::table[0].name() == "theta");
  CHECK(flat_layout<5>::table[0].count == 5);
  CHECK(flat_layout<5>::table[0].extents[0] == 5);
  CHECK(flat_layout<5>::table[0].role == parameter_role::weight);
  static_assert(parameter_layout<flat_layout<0>>);
}

TEST_CASE("parameter_table: layers by their names, whole or a part, and no longer ones") {
  static_assert(layers_named<named_layout>("3") == layer_mask(0b011));
  static_assert(layers_named<named_layout>("3.1") == layer_mask(0b010));
  static_assert(layers_named<named_layout>("30") == layer_mask(0b100));
}

TEST_CASE("parameter_table: layers by what their tensors are for") {
  static_assert(layers_of<layout>(parameter_role::gain) == layer_mask(0b0100));
  static_assert(layers_of<layout>(parameter_role::bias) == layer_mask(0b0011));
}

}  // namespace core_parameter_table_test
