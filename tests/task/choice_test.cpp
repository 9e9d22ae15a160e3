// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/choice.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>

#include "../support/two_tensors.hpp"

namespace task_choice_test {

namespace {

using namespace halo;

struct choosy : support::two_tensors<float> {
  static constexpr bool selective = false;
  static std::size_t batch(std::size_t wanted) { return wanted; }
  using support::two_tensors<float>::value_and_gradient;
  using support::two_tensors<float>::hessian_vector_product;
  static task::evaluation value_and_gradient(task::choice, std::uint64_t, float const*, float*) {
    return {};
  }
  static void hessian_vector_product(task::choice, std::uint64_t, float const*, float const*,
                                     float*) {}
  static std::size_t operations(task::choice, layer_mask) { return 1; }
};
struct choosy_in_vain : choosy {
  void operations() const;
};

static_assert(task::choosing<choosy> && !task::chooses_hardest<choosy>());
static_assert(!task::choosing<choosy_in_vain> && task::task<choosy_in_vain>);
static_assert(!task::choosing<support::two_tensors<float>>);
static_assert(!task::chooses_hardest<support::two_tensors<float>>());

}  // namespace

TEST_CASE("choice: an evaluation knows no accuracy unless it was told one") {
  CHECK(std::isnan(task::evaluation{}.accuracy));
}

}  // namespace task_choice_test
