// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/examples.hpp>

#include <doctest/doctest.h>

#include <string>

#include "../support/data.hpp"

namespace data_examples_test {

using namespace halo;

TEST_CASE("examples: domains and weights are none, or one a row") {
  auto d = data::make_dataset(3, 2, 2);
  d.y.fill(0);
  CHECK_NOTHROW(data::expect_labels(d, "test"));
  d.domains = {1, 2};
  CHECK(support::message_of<error>([&] { data::expect_whole(d, "test"); }) ==
        "test: rows of domains: expected 3 as x has, found 2");
  d.domains = {1, 2, 3};
  d.weights = {1};
  CHECK(support::message_of<error>([&] { data::expect_labels(d, "test"); }) ==
        "test: rows of weights: expected 3 as x has, found 1");
}

TEST_CASE("examples: targets in numbers, a row of them for every row") {
  auto d = data::make_regression(4, 2, 3);
  CHECK(d.targets() == 3);
  CHECK_NOTHROW(data::expect_whole(d, "test"));
  d.y = tensor::array<float, 2>::from_shape({3, 3});
  CHECK(support::message_of<error>([&] { data::expect_whole(d, "test"); }) ==
        "test: rows of y: expected 4 as x has, found 3");
}

}  // namespace data_examples_test
