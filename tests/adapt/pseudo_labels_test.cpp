// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/pseudo_labels.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/allocation.hpp"
#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_pseudo_labels_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<2, 3>>;
using device = adapt::adapter<network, nn::partly_labelled<nn::cross_entropy>, optim::sgd, 4>;

/// The labels of rows whose logits are x_0, x_1 and 0.
struct labelled {
  std::vector<float> const theta{1, 0, 0, 0, 1, 0, 0, 0, 0};  // [2, 3] and three biases
  device d{optim::sgd{{.rate = 0.5F}}, theta};
  std::vector<std::int32_t> labels;
  std::size_t rows = 0;

  labelled(std::vector<float> const& x, double least) : labels(x.size() / 2, 7) {
    rows = d.pseudo_labels(x, labels, least);
  }
};

}  // namespace

TEST_CASE("pseudo_labels: the class of the answer where it is sure enough") {
  std::vector<float> const x{3, 0, 0, 3, 0, 0, -3, -3, 1, 0};
  // p of the largest: e^3 / (e^3 + 2) = 0.909; the third has 1/3, the fourth 0.909, the last 0.576
  CHECK(labelled(x, 0.9).labels == std::vector<std::int32_t>{0, 1, -1, 2, -1});
  CHECK(labelled(x, 0.9).rows == 3);
  CHECK(labelled(x, 0.91).rows == 0);
  CHECK(labelled(x, 0.5).labels == std::vector<std::int32_t>{0, 1, -1, 2, 0});
  CHECK(labelled(x, 0).rows == 5);
}

TEST_CASE("pseudo_labels: outputs that are not finite, or far apart") {
  auto const nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(labelled({nan, 0, 1e30F, 0, -1e30F, -1e30F}, 1).labels ==
        std::vector<std::int32_t>{-1, 0, 2});
}

TEST_CASE("pseudo_labels: steps learn from what got a label, and from nothing else") {
  std::vector<float> const x{3, 0, 1, 0};
  labelled both(x, 0.9);
  REQUIRE(both.labels == std::vector<std::int32_t>{0, -1});
  labelled first({3, 0}, 0.9);
  both.d.step(x, both.labels);
  first.d.step(std::vector<float>{3, 0}, first.labels);
  CHECK(std::vector<float>(both.d.parameters().begin(), both.d.parameters().end()) ==
        std::vector<float>(first.d.parameters().begin(), first.d.parameters().end()));
  CHECK(both.d.parameters()[0] > 1.0F);
}

TEST_CASE("pseudo_labels: what does not fit is refused, and nothing is written") {
  labelled l({3, 0}, 0.9);
  std::vector<float> const x(4);
  std::vector<std::int32_t> labels(2, 7);
  auto const says = [&](std::vector<float> const& of, double least) {
    return support::message_of<error>(
        [&] { static_cast<void>(l.d.pseudo_labels(of, labels, least)); });
  };
  CHECK(says(std::vector<float>(6), 0.9) == "adapter: labels: expected 3, found 2");
  CHECK(says(std::vector<float>(5), 0.9) ==
        "adapter: x: expected examples of 2 numbers, found 5 numbers");
  CHECK(support::contains(says(x, 1.5), "adapter: pseudo_labels: expected a number from 0 to 1"));
  CHECK(l.d.try_pseudo_labels(x, labels, std::nan("")).refused.what == adapt::misfit::option);
  CHECK(labels == std::vector<std::int32_t>{7, 7});
  CHECK(l.d.pseudo_labels(std::vector<float>{}, std::span<std::int32_t>{}, 0.5) == 0);
}

TEST_CASE("pseudo_labels: allocates nothing") {
  labelled l({3, 0}, 0.9);
  std::vector<float> const x(20);
  std::vector<std::int32_t> labels(10);
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  CHECK(support::allocations_of(
            [&] { static_cast<void>(l.d.try_pseudo_labels(x, labels, 0.5)); }) == 0);
}

}  // namespace adapt_pseudo_labels_test
