// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/bound.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

#include <halo/autodiff/planar.hpp>

namespace nn_bound_test {

using namespace halo;

TEST_CASE("a bound is the largest magnitude, and infinite where a number is not finite") {
  std::array<float, 37> g{};
  g[3] = 2.0F;
  g[36] = -5.0F;
  CHECK(nn::detail::bound<36>(g.data()) == 2.0F);
  CHECK(nn::detail::bound<37>(g.data()) == 5.0F);
  g[20] = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isinf(nn::detail::bound<37>(g.data())));
}

TEST_CASE("a bound of planes is unknown") {
  std::array<float, 4> value{}, tangent{};
  autodiff::planar<float> const planes(value.data(), tangent.data());
  CHECK(std::isinf(nn::detail::bound<4>(planes)));
}

}  // namespace nn_bound_test
