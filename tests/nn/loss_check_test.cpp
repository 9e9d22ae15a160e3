// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/loss_check.hpp>

#include <doctest/doctest.h>

#include <halo/autodiff/planar.hpp>

namespace nn_loss_check_test {

using namespace halo;

namespace {

/// A loss that runs on floats alone, and has no accuracy.
struct of_floats {
  using target = float;
  static constexpr char const* name = "of floats";
  static constexpr std::size_t targets(std::size_t outputs) { return outputs; }
  static float value_and_gradient(std::size_t, std::size_t, float const* y, float const*, float*) {
    return *y;
  }
  static float value_and_losses(std::size_t, std::size_t, float const* y, float const*, float*) {
    return *y;
  }
};

}  // namespace

TEST_CASE("loss check: says nothing of what is one, or does not mean to be") {
  using autodiff::planar;
  static_assert(nn::detail::complain_of_loss<nn::cross_entropy>());
  static_assert(nn::detail::complain_of_loss<nn::mean_square>());
  static_assert(nn::detail::complain_of_loss<of_floats>());
  static_assert(nn::detail::complain_of_loss<int>());
  static_assert(nn::loss<of_floats> && !nn::loss<of_floats, double*> && !nn::loss<int>);
  static_assert(!nn::loss<of_floats, planar<float>> && !nn::has_accuracy<of_floats>);
  static_assert(nn::loss<nn::cross_entropy, double*> &&
                nn::loss<nn::cross_entropy, planar<double>>);
  static_assert(nn::loss<nn::mean_square, planar<float>>);
  static_assert(nn::loss<nn::mean_square, double*>);
  static_assert(nn::loss<nn::mean_square, planar<double>>);
  CHECK(nn::detail::loss_on<nn::cross_entropy, planar<double>>::checked);
  CHECK(nn::detail::loss_on<of_floats, float*>::checked);
}

}  // namespace nn_loss_check_test
