// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/features.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include <halo/adapt/nearest_mean.hpp>
#include <halo/adapt/predictor.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/head.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network.hpp"

namespace adapt_features_test {

using namespace halo;

namespace {

using network =
    nn::sequential<nn::linear<3, 4>, nn::relu, nn::dropout<std::ratio<1, 2>>, nn::linear<4, 2>>;

}  // namespace

TEST_CASE("features: what a plain loop makes of the body, in parts of the workspace") {
  std::vector<float> const theta = support::draw<float>(network::parameters, 1);
  std::vector<float> const x = support::draw<float>(3 * 7, 2);
  std::vector<float> h(4 * 7);
  adapt::inference_workspace<network, 2> work;
  REQUIRE_FALSE(adapt::try_features<network>({theta}, x, h, work));
  for (std::size_t i = 0; i < 7; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      float sum = theta[12 + j];
      for (std::size_t k = 0; k < 3; ++k) sum += x[3 * i + k] * theta[4 * k + j];
      CHECK(h[4 * i + j] == doctest::Approx(sum > 0 ? sum : 0).epsilon(1e-5));
    }
  CHECK(adapt::try_features<network>({theta}, x, std::span(h).first(3), work).what ==
        adapt::misfit::count);
  CHECK(adapt::try_features<network>({theta}, std::span(x).first(4), h, work).what ==
        adapt::misfit::example_size);
}

TEST_CASE("features: of bodies that end in more numbers than the network, in its own memory") {
  using cnn =
      nn::sequential<shape<12, 12, 1>, nn::conv2d<3, 3>, nn::relu, nn::max_pool<2>,
                     nn::conv2d<4, 3>, nn::relu, nn::max_pool<2>, nn::flatten, nn::linear<36, 2>>;
  static_assert(nn::head<cnn>::body::body_arena_size(1) <= cnn::inference_arena_size(1));
  static_assert(nn::head<cnn>::body::inference_arena_size(1) > cnn::inference_arena_size(1));
  std::vector<float> const theta = support::draw<float>(cnn::parameters, 5);
  std::vector<float> const x = support::draw<float>(5 * cnn::inputs, 6);
  std::vector<float> h(5 * 36), one(5 * 36), y(5 * 2);
  adapt::inference_workspace<cnn, 2> work;
  REQUIRE_FALSE(adapt::try_features<cnn>({theta}, x, h, work));
  REQUIRE_FALSE(adapt::try_predict<cnn>({theta}, x, y, work));
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 2; ++j) {
      double sum = static_cast<double>(theta[nn::head<cnn>::biases + j]);
      for (std::size_t k = 0; k < 36; ++k)
        sum += static_cast<double>(h[36 * i + k]) *
               static_cast<double>(theta[nn::head<cnn>::weights + 2 * k + j]);
      CHECK(static_cast<double>(y[2 * i + j]) == doctest::Approx(sum).epsilon(1e-4));
    }
  adapt::inference_workspace<cnn, 1> least;
  REQUIRE_FALSE(adapt::try_features<cnn>({theta}, x, one, least));
  CHECK(one == h);
  adapt::predictor<cnn, 1> const p(theta);
  p.features(x, one);
  CHECK(one == h);
}

TEST_CASE("features: rows are counted in, or none of them") {
  std::vector<float> const theta = support::draw<float>(network::parameters, 1);
  std::vector<float> x = support::draw<float>(3 * 7, 2);
  std::vector<std::int32_t> y = {0, 4, 2, 0, 0, 2, 4};
  adapt::inference_workspace<network, 2> work;
  adapt::nearest_mean<4, 5> sums;
  std::vector<float> h(4 * 7);
  REQUIRE_FALSE(adapt::try_count_in<network>({theta}, x, y, sums, work));
  REQUIRE_FALSE(adapt::try_features<network>({theta}, x, h, work));
  CHECK(sums.rows(0) == 3);
  CHECK(sums.rows(1) == 0);
  CHECK(sums.rows(4) == 2);
  for (std::size_t k = 0; k < 4; ++k)
    CHECK(sums.mean(4)[k] == doctest::Approx((h[4 + k] + h[24 + k]) / 2));
  y[6] = 5;
  auto const no = adapt::try_count_in<network>({theta}, x, y, sums, work);
  CHECK(no.what == adapt::misfit::label);
  CHECK(no.at == 6);
  CHECK(no.expected == 4);
  y[6] = 1;
  x[20] = std::numeric_limits<float>::infinity();
  CHECK(adapt::try_count_in<network>({theta}, x, y, sums, work).what == adapt::misfit::not_finite);
  CHECK(sums.rows() == 7);
}

}  // namespace adapt_features_test
