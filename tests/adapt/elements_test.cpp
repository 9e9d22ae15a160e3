// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/elements.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/tensor.hpp>

#include "../support/data.hpp"

namespace adapt_elements_test {

using namespace halo;

TEST_CASE("elements: axes in another order are refused, flat ones and those of one number taken") {
  using images = nn::sequential<shape<4, 5, 3>, nn::conv2d<2, 3>, nn::flatten, nn::linear<40, 2>>;
  adapt::adapter<images, nn::cross_entropy, optim::adam, 8> d;
  tensor::array<std::int32_t, 1> const t{0, 1};
  auto const refused = [&](auto x) {
    std::fill(x.begin(), x.end(), 0.5F);
    adapt::refusal const no = d.try_step(x, t).refused;
    return no ? adapt::to_string(no) : "";
  };
  using four = tensor::array<float, 4>;
  CHECK(refused(four::from_shape({2, 4, 5, 3})).empty());
  CHECK(refused(four::from_shape({2, 3, 4, 5})) == "x, axis 1: expected 4, found 3");
  CHECK(refused(four::from_shape({2, 4, 3, 5})) == "x, axis 2: expected 5, found 3");
  CHECK(refused(tensor::array<float, 2>::from_shape({2, 60})).empty());
  CHECK(refused(tensor::array<float, 3>::from_shape({2, 20, 3})).empty());
  CHECK(refused(tensor::array<float, 5>::from_shape({2, 1, 4, 5, 3})).empty());
  auto one = tensor::array<float, 3>::from_shape({5, 4, 3});
  std::array<float, 2> y{};
  CHECK(d.try_predict(one, y).what == adapt::misfit::count);
  CHECK_FALSE(d.try_predict(tensor::array<float, 3>::from_shape({4, 5, 3}), y));
}

}  // namespace adapt_elements_test
