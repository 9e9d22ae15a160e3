// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/fitting.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <halo/nn/linear.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/pointwise_loss.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/few_rows.hpp>
#include <halo/task/supervised.hpp>

#include "../support/data.hpp"

namespace task_fitting_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<2, 3>>;

template <class Loss>
std::string message(data::basic_dataset<typename Loss::target> const& d) {
  return support::message_of<error>([&] { task::expect_fitting<network, Loss>(d, "who"); });
}
data::dataset labelled(std::int32_t label) {
  auto d = data::make_dataset(4, 2, 3);
  for (std::size_t i = 0; i < 4; ++i) d.y.data()[i] = i == 2 ? label : 1;
  return d;
}

}  // namespace

TEST_CASE("fitting: a label that is no class of the network is refused before it is looked up") {
  using plain = nn::cross_entropy;
  using partly = nn::partly_labelled<plain>;
  CHECK(message<plain>(labelled(2)) == "no error");
  CHECK(message<plain>(labelled(3)) ==
        "who: label of row 2: expected a number from 0 to 2, found 3");
  CHECK(message<plain>(labelled(-1)) ==
        "who: label of row 2: expected a number from 0 to 2, found -1");
  CHECK(message<partly>(labelled(-1)) == "no error");
  CHECK(message<partly>(labelled(-2)) ==
        "who: label of row 2: expected a number from -1 to 2, found -2");
  auto const wrong = labelled(3), right = labelled(0);
  CHECK(support::contains(support::message_of<error>([&] {
                            task::few_rows<network> const t(
                                std::make_shared<data::dataset_split>(right, wrong), {}, {});
                          }),
                          "few_rows: label of row 2"));
  CHECK(support::contains(support::message_of<error>([&] {
                            task::supervised<network> const t(
                                std::make_shared<task::examples>(wrong, right), 2, seed{1});
                          }),
                          "supervised: label of row 2"));
}

TEST_CASE("fitting: other features, classes, targets, no rows, and targets of other rows") {
  CHECK(message<nn::cross_entropy>(data::make_dataset(4, 2, 5)) ==
        "who: examples: expected 2 features, at most 3 classes, a row, found 2 features, 5 "
        "classes, 4 rows");
  CHECK(message<nn::cross_entropy>(data::make_dataset(0, 2, 3)) != "no error");
  CHECK(message<nn::mean_square>(data::make_regression(4, 2, 2)) ==
        "who: examples: expected 2 features, 3 targets, a row, found 2 features, 2 targets, 4 "
        "rows");
  CHECK(message<nn::mean_square>(data::make_regression(4, 2, 3)) == "no error");
  auto torn = data::make_dataset(4, 2, 3);
  torn.y = data::make_dataset(3, 2, 3).y;
  CHECK(message<nn::cross_entropy>(torn) == "who: rows of y: expected 4 as x has, found 3");
}

}  // namespace task_fitting_test
