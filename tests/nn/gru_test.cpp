// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/gru.hpp>

#include <doctest/doctest.h>

#include <array>

#include "../support/recurrent_layer.hpp"

namespace nn_gru_test {

using namespace halo;

TEST_CASE("gru: parameters, and what is kept") {
  using X = shape<7, 3>;
  using L = nn::gru<5>;
  static_assert(nn::parameter_count<L, X>() == (3 + 5 + 1) * 15 + 5);
  static_assert(L::tensors<X>[0].extents == std::array<std::size_t, 4>{3, 15, 0, 0});
  static_assert(L::tensors<X>[1].extents == std::array<std::size_t, 4>{5, 15, 0, 0});
  static_assert(L::tensors<X>[2].role == parameter_role::bias);
  static_assert(L::operations<X> == 7 * 8 * 15);
  static_assert(L::memory<X> == 7 * (3 + 5 + 20) + 20);
  // of a last state whose gradient goes back two steps, no more than these are kept
  static_assert(nn::gru<5, nn::states::last, 2>::memory<X> == 2 * (3 + 5 + 20) + 20);
  static_assert(nn::gru<5, nn::states::all, 2>::memory<X> == L::memory<X>);
  static_assert(nn::layer<L, X> && !nn::layer<L, shape<7>>);
}

TEST_CASE("gru: backward on some rows of a forward pass") {
  support::check_kept_rows<nn::gru<5>, shape<11, 3>>();
  support::check_kept_rows<nn::gru<2, nn::states::all>, shape<4, 17>>();
  support::check_kept_rows<nn::gru<5, nn::states::last, 2>, shape<6, 3>>();
}

}  // namespace nn_gru_test
