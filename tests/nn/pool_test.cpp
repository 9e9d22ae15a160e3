// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/pool.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <vector>

#include "../support/network.hpp"

namespace nn_pool_test {

using namespace halo;
using nn::padding;

namespace {

template <class L, class X>
std::vector<float> forward(std::vector<float> const& x) {
  nn::pass const p{.rows = x.size() / X::size, .capacity = x.size() / X::size};
  std::vector<float> y(p.rows * L::template output<X>::size);
  float* const nothing = nullptr;
  L::template forward<X>(p, static_cast<float const*>(nothing), x.data(), y.data(), nothing);
  return y;
}

}  // namespace

TEST_CASE("pool: shapes") {
  using X = shape<5, 6, 3>;
  static_assert(std::same_as<nn::max_pool<2>::output<X>, shape<2, 3, 3>>);
  static_assert(std::same_as<nn::max_pool<3, 2, padding::same>::output<X>, shape<3, 3, 3>>);
  static_assert(std::same_as<nn::average_pool<nn::window{5, 2}>::output<X>, shape<1, 3, 3>>);
  static_assert(std::same_as<nn::global_average_pool::output<X>, shape<3>>);
  static_assert(!nn::max_pool<2>::accepts<shape<4>> && !nn::average_pool<2>::accepts<shape<4, 4>>);
  static_assert(!nn::global_average_pool::accepts<shape<4>>);
}

TEST_CASE("pool: by hand") {
  // two examples of 2 by 4 with one channel
  std::vector<float> const x{1, 5, 2, 0, 4, 3, 8, 6, -1, -2, -3, -4, -8, -7, -6, -5};
  using X = shape<2, 4, 1>;
  CHECK(forward<nn::max_pool<2>, X>(x) == std::vector<float>{5, 8, -1, -3});
  CHECK(forward<nn::average_pool<2>, X>(x) == std::vector<float>{3.25F, 4, -4.5F, -4.5F});
  CHECK(forward<nn::max_pool<nn::window{1, 3}, nn::window{1, 2}, padding::same>, X>(x) ==
        std::vector<float>{5, 2, 8, 8, -1, -3, -6, -5});
  CHECK(forward<nn::average_pool<nn::window{2, 3}, nn::window{2, 3}, padding::same>, X>(x) ==
        std::vector<float>{3.25F, 4, -4.5F, -4.5F});
  // one pixel of padding in front, one behind: what lies there does not count
  CHECK(forward<nn::average_pool<nn::window{1, 3}, nn::window{1, 3}, padding::same>, X>(x) ==
        std::vector<float>{3, 1, 3.5F, 7, -1.5F, -3.5F, -7.5F, -5.5F});
  // rows of channels
  CHECK(forward<nn::global_average_pool, shape<2, 2, 2>>(x) ==
        std::vector<float>{3.75F, 3.5F, -4.5F, -4.5F});
}

}  // namespace nn_pool_test
