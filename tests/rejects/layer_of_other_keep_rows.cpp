// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `keep_rows` is keep_rows<X>(std::size_t rows, std::uint32_t const* kept,
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static void keep_rows(std::size_t rows);
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
