// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/soft_cross_entropy.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include <halo/kernel/softmax.hpp>
#include <halo/nn/loss.hpp>

#include "../support/network.hpp"

namespace nn_soft_cross_entropy_test {

using namespace halo;

TEST_CASE("soft cross entropy: all of one class is cross entropy against its label") {
  std::vector<double> const y = support::draw(8, 1, 3);
  float const q[] = {0, 1, 0, 0, 0, 0, 0, 1};
  std::int32_t const t[] = {1, 3};
  std::vector<double> soft(8), hard(8);
  CHECK(nn::soft_cross_entropy<>::value_and_gradient(2, 4, y.data(), q, soft.data()) ==
        doctest::Approx(nn::cross_entropy::value_and_gradient(2, 4, y.data(), t, hard.data())));
  for (std::size_t i = 0; i < 8; ++i) CHECK(soft[i] == doctest::Approx(hard[i]));
}

TEST_CASE("soft cross entropy: a student that says what its teacher says has no gradient") {
  using loss = nn::soft_cross_entropy<std::ratio<3>>;
  std::vector<float> const teacher = support::draw<float>(8, 1, 3);
  std::vector<float> cooled(teacher), q(8), dy(8);
  for (float& x : cooled) x /= 3;
  kernel::softmax(2, 4, cooled.data(), q.data());
  float const least = loss::value_and_gradient(2, 4, teacher.data(), q.data(), dy.data());
  for (float const g : dy) CHECK(std::abs(g) < 1e-6F);
  double entropy = 0;
  for (float const share : q) {
    auto const s = static_cast<double>(share);
    entropy -= 9 * s * std::log(s) / 2;
  }
  CHECK(least == doctest::Approx(entropy));
  CHECK(loss::baseline(2, 4, q.data()) == doctest::Approx(9 * std::log(4.0)));
  CHECK(least < loss::baseline(2, 4, q.data()));
}

}  // namespace nn_soft_cross_entropy_test
