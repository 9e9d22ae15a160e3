// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/partly_labelled.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "../support/network.hpp"

namespace nn_partly_labelled_test {

using namespace halo;
using loss = nn::partly_labelled<nn::cross_entropy>;

TEST_CASE("partly labelled: the mean over the rows that have a label") {
  std::vector<double> const y = support::draw(15, 1);
  std::int32_t const t[] = {-1, 2, 0, -1, 1};
  std::vector<double> some(y.begin() + 3, y.begin() + 9), dy(15, 7), of_some(9);
  some.insert(some.end(), y.begin() + 12, y.end());
  std::int32_t const labels[] = {2, 0, 1};
  CHECK(loss::value_and_gradient(5, 3, y.data(), t, dy.data()) ==
        doctest::Approx(
            nn::cross_entropy::value_and_gradient(3, 3, some.data(), labels, of_some.data())));
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(dy[j] == 0);
    CHECK(dy[9 + j] == 0);
    CHECK(dy[3 + j] == doctest::Approx(of_some[j]));
    CHECK(dy[6 + j] == doctest::Approx(of_some[3 + j]));
    CHECK(dy[12 + j] == doctest::Approx(of_some[6 + j]));
  }
  CHECK(loss::weight(5, 3, t) == 3);
}

TEST_CASE("partly labelled: where all rows have one, the inner loss bit for bit") {
  std::vector<float> const y = support::draw<float>(60, 1);
  std::vector<std::int32_t> const t = support::draw_labels(20, 3, 2);
  std::vector<float> dy(60), inner(60);
  CHECK(loss::value_and_gradient(20, 3, y.data(), t.data(), dy.data()) ==
        nn::cross_entropy::value_and_gradient(20, 3, y.data(), t.data(), inner.data()));
  CHECK(dy == inner);
}

TEST_CASE("partly labelled: a row without a label may be anything") {
  float const y[] = {std::nanf(""), 2, 0, 0};
  std::int32_t const t[] = {-1, 1}, none[] = {-1, -1};
  float dy[4], losses[2];
  CHECK(loss::value_and_gradient(2, 2, y, t, dy) == doctest::Approx(std::log(2.0)));
  CHECK(dy[0] == 0);
  CHECK(loss::value_and_losses(2, 2, y, t, losses) == doctest::Approx(std::log(2.0)));
  CHECK(losses[0] == 0);
  CHECK(losses[1] == doctest::Approx(std::log(2.0)));
  CHECK(loss::value_and_gradient(2, 2, y, none, dy) == 0);
  CHECK(dy[3] == 0);
  CHECK(loss::weight(2, 2, none) == 0);
  CHECK(loss::baseline(2, 2, none) == 0);
  CHECK(loss::baseline(2, 2, t) == doctest::Approx(std::log(2.0)));
}

TEST_CASE("partly labelled: its name, and what a target may be") {
  CHECK(loss::name == std::string_view("partly labelled(cross entropy)"));
  CHECK(loss::target_range(3) == allowed::between(nn::no_label, 2));
}

}  // namespace nn_partly_labelled_test
