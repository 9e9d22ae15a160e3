// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/recurrent.hpp>

#include <doctest/doctest.h>

#include <concepts>

namespace nn_recurrent_test {

using namespace halo;

TEST_CASE("recurrent: shapes of sequences and states") {
  using last = nn::detail::recurrent<5, nn::states::last, 0>;
  using all = nn::detail::recurrent<5, nn::states::all, 3>;
  static_assert(last::accepts<shape<4, 2>> && !last::accepts<shape<8>>);
  static_assert(!last::accepts<shape<0, 2>> && !last::accepts<shape<4, 2, 1>>);
  static_assert(std::same_as<last::output<shape<4, 2>>, shape<5>>);
  static_assert(std::same_as<all::output<shape<4, 2>>, shape<4, 5>>);
  constexpr auto g = all::geometry<shape<4, 2>>;
  CHECK(g.steps == 4);
  CHECK(g.inputs == 2);
  CHECK(g.units == 5);
  CHECK(g.all);
  CHECK(g.truncation == 3);
}

}  // namespace nn_recurrent_test
