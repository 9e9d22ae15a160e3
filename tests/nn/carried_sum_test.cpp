// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/carried_sum.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace nn_carried_sum_test {

using namespace halo;

namespace {

template <class Sum>
std::array<float, 2> summed(std::size_t terms) {
  Sum sum;
  std::array<float, 2> total{7, 7};  // the first term is written
  for (std::size_t i = 0; i < terms; ++i)
    sum(total.data(), i > 0, [](float* to, bool begun) {
      to[0] = (begun ? to[0] : 0) + 0.1F;
      to[1] = (begun ? to[1] : 0) - 1.3F;
    });
  return total;
}

}  // namespace

TEST_CASE("carried_sum: a million terms are as exact as one") {
  double const n = 1e6;
  auto const found = summed<nn::detail::carried_sum<2, float*>>(1'000'000);
  CHECK(std::abs(static_cast<double>(found[0]) / (n * static_cast<double>(0.1F)) - 1) < 1e-7);
  CHECK(std::abs(static_cast<double>(found[1]) / (n * static_cast<double>(-1.3F)) - 1) < 1e-7);
  auto const plain = summed<nn::detail::plain_sum>(1'000'000);
  CHECK(std::abs(static_cast<double>(plain[0]) / (n * static_cast<double>(0.1F)) - 1) > 1e-4);
}

TEST_CASE("carried_sum: many numbers are summed plainly, and a sum begins anew") {
  static_assert(sizeof(nn::detail::carried_sum<1025, float*>) < 8);
  nn::detail::carried_sum<1025, float*> many;
  nn::detail::carried_sum<1, float*> one;
  std::vector<float> total(1025, 9);
  auto const add = [](float* to, bool begun) { to[0] = (begun ? to[0] : 0) + 2; };
  many(total.data(), false, add);
  many(total.data(), true, add);
  CHECK(total[0] == 4);
  one(total.data(), false, add);
  one(total.data(), true, add);
  CHECK(total[0] == 4);
  one(total.data(), false, add);
  CHECK(total[0] == 2);
}

}  // namespace nn_carried_sum_test
