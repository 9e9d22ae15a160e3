// SPDX-License-Identifier: BSD-3-Clause
// What a compiler knows of a network: parameters, table, operations, memory.
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <halo/nn.hpp>

using namespace halo;
using namespace std::string_view_literals;

namespace {

using gas =
    nn::sequential<nn::linear<128, 30>, nn::relu, nn::linear<30, 30>, nn::relu, nn::linear<30, 3>>;
static_assert(gas::parameters == 128 * 30 + 30 + 30 * 30 + 30 + 30 * 3 + 3);
static_assert(gas::parameters == 4893);
static_assert(gas::forward_operations == 128 * 30 + 30 * 30 + 30 * 3);
static_assert(gas::layers == 3 && gas::all_layers == 5 && gas::layout::tensors == 6);
static_assert(gas::memory_per_row == 30 + 30 + 3 + 2 * 30);  // each relu lies on its linear

using wide = nn::sequential<nn::linear<128, 128>, nn::relu, nn::linear<128, 64>, nn::relu,
                            nn::linear<64, 6>>;
static_assert(wide::parameters == 25158);
using narrow =
    nn::sequential<nn::linear<26, 64>, nn::relu, nn::linear<64, 64>, nn::relu, nn::linear<64, 4>>;
static_assert(narrow::parameters == 6148);

constexpr bool stands(std::size_t tensor, std::string_view name, std::size_t offset,
                      std::size_t count, std::size_t layer) {
  parameter_info const& info = gas::layout::table[tensor];
  return info.name() == name && info.offset == offset && info.count == count && info.layer == layer;
}
static_assert(stands(0, "0.weight"sv, 0, 3840, 0));
static_assert(stands(1, "0.bias"sv, 3840, 30, 0));
static_assert(stands(2, "2.weight"sv, 3870, 900, 1));
static_assert(stands(3, "2.bias"sv, 4770, 30, 1));
static_assert(stands(4, "4.weight"sv, 4800, 90, 2));
static_assert(stands(5, "4.bias"sv, 4890, 3, 2));

// A step without the lowest layer leaves out its weight gradient and the gradient of its output.
static_assert(gas::operations(layer_mask::all(), 1) == 3 * 4830 - 3840);
static_assert(gas::operations(layer_mask::only(2), 64) == 64 * (4830 + 90));
static_assert(gas::operations(layer_mask(0b110), 1) == 4830 + (900 + 90) + 90);
static_assert(gas::operations(layer_mask{}, 64) == 0);
static_assert(gas::operations(layer_mask::only(3), 64) == 0);  // no such layer
static_assert(gas::selected_parameters(layer_mask(0b101)) == 3870 + 93);

// A network may stand without its own input, and is the same type of thing with it.
using given = nn::sequential<shape<128>, nn::relu, nn::linear<128, 3>>;
static_assert(given::inputs == 128 && given::parameters == 387 && given::layers == 1);
static_assert(std::is_same_v<given::input, shape<128>>);
static_assert(std::is_same_v<given::output, shape<3>>);
static_assert(std::is_empty_v<gas>);

using deepest = decltype([]<std::size_t... I>(std::index_sequence<I...>) {
  return nn::sequential<nn::linear<2, 2 + 0 * I>...>{};
}(std::make_index_sequence<128>{}));
static_assert(deepest::layers == layer_mask::capacity);
static_assert(deepest::layout::table[255].name() == "127.bias"sv);

}  // namespace
