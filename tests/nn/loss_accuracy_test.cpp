// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/loss_accuracy.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <type_traits>

#include <halo/nn/binary_cross_entropy.hpp>
#include <halo/nn/focal.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/soft_cross_entropy.hpp>

namespace nn_loss_accuracy_test {

using namespace halo;

namespace {

/// Answers within a tenth are right: the user's own idea of it.
struct within_a_tenth {
  static constexpr char const* name = "within a tenth";
  static constexpr bool lower_is_better = false;
  double right = 0, all = 0;
  template <class T>
  void add(measure::answers<T, float> const& a) noexcept {
    for (std::size_t i = 0; i < a.rows * a.outputs; ++i)
      right += std::abs(a.y[i] - a.t[i]) < 0.1F ? 1 : 0;
    all += static_cast<double>(a.rows * a.outputs);
  }
  void merge(within_a_tenth const& other) noexcept { right += other.right, all += other.all; }
  [[nodiscard]] double value() const noexcept { return right / all; }
};
struct close : nn::mean_square {
  using accuracy = within_a_tenth;
};
struct final_loss final : nn::mean_square {};

}  // namespace

TEST_CASE("loss accuracy: only where an answer is right or wrong there is one") {
  static_assert(nn::has_accuracy<nn::cross_entropy> && nn::has_accuracy<close>);
  static_assert(nn::has_accuracy<nn::focal<>> && nn::has_accuracy<nn::soft_cross_entropy<>>);
  static_assert(!nn::has_accuracy<nn::mean_square>);
  static_assert(!nn::has_accuracy<final_loss>);
  static_assert(std::is_same_v<nn::accuracy_measure<final_loss>, measure::nothing>);
  static_assert(std::is_same_v<nn::accuracy_measure<nn::partly_labelled<nn::cross_entropy>>,
                               measure::accuracy>);
  static_assert(
      std::is_same_v<nn::accuracy_measure<nn::binary_cross_entropy>, measure::flag_accuracy>);
  float const y[] = {1, 2, 3}, t[] = {1.05F, 2.2F, 3};
  CHECK(nn::accuracy_of<close>(3, 1, y, t) == doctest::Approx(2 / 3.0));
  CHECK(std::isnan(nn::accuracy_of<nn::mean_square>(3, 1, y, t)));
}

TEST_CASE("loss accuracy: rows without a label do not count") {
  using partly = nn::partly_labelled<nn::cross_entropy>;
  float const y[] = {1, 0, 0, 1, 5, 0};
  std::int32_t const t[] = {0, nn::no_label, 1}, none[] = {-1, -1, -1};
  CHECK(nn::accuracy_of<partly>(3, 2, y, t) == 0.5);
  CHECK(std::isnan(nn::accuracy_of<partly>(3, 2, y, none)));
}

}  // namespace nn_loss_accuracy_test
