// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: backward on some of the examples needs keep_rows<X>(
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static constexpr std::size_t memory = 1;
};

void keep(nn::pass const& p, std::uint32_t const* kept, float* arena) {
  nn::sequential<shape<3>, own>::keep_rows(p, kept, 1, arena);
}
