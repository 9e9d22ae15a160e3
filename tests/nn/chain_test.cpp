// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/chain.hpp>

#include <doctest/doctest.h>

#include <tuple>
#include <type_traits>

#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>

namespace nn_chain_test {

using namespace halo;

TEST_CASE("chain: the shape goes from layer to layer") {
  using shapes =
      nn::detail::chain<0, shape<3>, nn::linear<3, 5>, nn::relu, nn::linear<5, 2>>::shapes;
  static_assert(std::is_same_v<shapes, std::tuple<shape<3>, shape<5>, shape<5>, shape<2>>>);
  static_assert(std::is_same_v<nn::detail::chain<0, shape<2, 2>>::shapes, std::tuple<shape<2, 2>>>);
}

}  // namespace nn_chain_test
