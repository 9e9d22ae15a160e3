// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/pointwise_loss.hpp>

#include <doctest/doctest.h>

#include <halo/autodiff/planar.hpp>
#include <halo/nn/loss.hpp>

namespace nn_pointwise_loss_test {

using namespace halo;

namespace {

/// (y - t)⁴: what a user would write.
struct fourth_power : nn::pointwise_loss<fourth_power> {
  static constexpr char const* name = "fourth power";
  template <class V, class B>
  static kernel::loss_and_slope<V> apply(V const& y, B const& t) noexcept {
    V const e = y - t;
    return {e * e * e * e, V(4) * e * e * e};
  }
};
static_assert(nn::loss<fourth_power> && nn::loss<fourth_power, double*>);
static_assert(nn::loss<fourth_power, autodiff::planar<float>>);

}  // namespace

TEST_CASE("pointwise loss: a formula is a loss") {
  float const y[] = {1, 2, 3, 4}, t[] = {1, 0, 3, 5};
  float dy[4], losses[2];
  CHECK(fourth_power::value_and_gradient(2, 2, y, t, dy) == 17 / 4.0F);
  float const expected[] = {0, 8, 0, -1};
  for (int i = 0; i < 4; ++i) CHECK(dy[i] == expected[i]);
  CHECK(fourth_power::value_and_losses(2, 2, y, t, losses) == 17 / 4.0F);
  CHECK(losses[0] == 8);
  CHECK(losses[1] == 0.5F);
}

TEST_CASE("pointwise loss: means of columns") {
  float const t[] = {1, 10, 3, 20, 5, 60};
  CHECK(nn::detail::mean_of_column(3, 2, 0, t) == doctest::Approx(3));
  CHECK(nn::detail::mean_of_column(3, 2, 1, t) == doctest::Approx(30));
  auto const square = [](double e) { return e * e; };
  CHECK(nn::detail::loss_of_means(3, 2, t, square) ==
        doctest::Approx((4 + 0 + 4 + 400 + 100 + 900) / 6.0));
  CHECK(nn::detail::loss_of_means(1, 2, t, square) == 0);
}

}  // namespace nn_pointwise_loss_test
