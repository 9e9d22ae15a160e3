// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/layer_traits.hpp>

#include <doctest/doctest.h>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/residual.hpp>

namespace nn_layer_traits_test {

using namespace halo;

TEST_CASE("layer traits: what a layer leaves out is nothing") {
  using X = shape<4>;
  using line = nn::linear<4, 3>;
  using quantised = nn::quantised<line>;
  using residual = nn::residual<nn::linear<4, 4>, nn::batch_norm>;
  static_assert(nn::detail::statistics_of<line, X>().empty());
  static_assert(nn::detail::statistics_of<nn::batch_norm, X>().size() == 2);
  static_assert(nn::detail::scratch_of<line, X>() == 0);
  static_assert(nn::detail::scratch_of<quantised, X>() == 4);
  static_assert(nn::detail::fixed_scratch_of<line, X>() == 0);
  static_assert(nn::detail::fixed_scratch_of<quantised, X>() == 15);
  static_assert(nn::detail::is_transparent<nn::flatten>());
  static_assert(!nn::detail::is_transparent<nn::relu>());
  static_assert(nn::detail::composite<residual, X> && !nn::detail::composite<line, X>);
  static_assert(nn::detail::scratching<quantised, X> && !nn::detail::scratching<line, X>);
  static_assert(nn::detail::activating<line, X, nn::relu>);
  static_assert(!nn::detail::activating<line, X, nn::flatten>);
  static_assert(!nn::detail::activating<residual, X, nn::relu>);
  static_assert(!nn::detail::activating_back<line, X, nn::relu>);
  static_assert(nn::detail::activating_back<nn::batch_norm, X, nn::relu>);
  CHECK(nn::detail::rows_of<line, X>().size() == 1);
  CHECK(nn::detail::rows_of<line, X>()[0].parameters == 15);
  CHECK(nn::detail::rows_of<residual, X>().size() == 3);
}

}  // namespace nn_layer_traits_test
