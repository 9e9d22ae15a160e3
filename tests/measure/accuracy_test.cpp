// SPDX-License-Identifier: BSD-3-Clause
#include <halo/measure/accuracy.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

namespace measure_accuracy_test {

using namespace halo::measure;

TEST_CASE("accuracy: the largest logit wins, the first of equals") {
  float const y[] = {1, 2, 3, 3, 2, 1, 5, 5, 0, -1, -2, -1};
  std::int32_t const right[] = {2, 0, 0, 0}, mixed[] = {2, 1, 1, 2};
  accuracy a, b, none;
  a.add(answers<float, std::int32_t>{4, 3, 1, y, right});
  CHECK(a.value() == 1);
  b.add(answers<float, std::int32_t>{4, 3, 1, y, mixed});
  CHECK(b.value() == 0.25);
  a.merge(b);
  CHECK(a.value() == 5 / 8.0);
  CHECK(std::isnan(none.value()));
}

TEST_CASE("accuracy: a row with a NaN is wrong, wherever the NaN and the label are") {
  for (std::size_t place = 0; place < 3; ++place) {
    float y[] = {1, 2, 3};
    y[place] = std::nanf("");
    for (std::int32_t label = 0; label < 3; ++label) {
      accuracy a;
      a.add(answers<float, std::int32_t>{1, 3, 1, y, &label});
      CHECK(a.value() == 0);
    }
  }
}

TEST_CASE("accuracy: what is no class is not counted") {
  double const y[] = {1, 0, 1, 0, 1, 0};
  std::int32_t const t[] = {0, -1, 2};
  accuracy a;
  a.add(answers<double, std::int32_t>{3, 2, 1, y, t});
  CHECK(a.all == 1);
  CHECK(a.value() == 1);
}

TEST_CASE("flag accuracy: each output for itself, a NaN is wrong either way") {
  float const y[] = {0.1F, -5, 0, 2, std::nanf(""), std::nanf("")};
  float const t[] = {1, 1, 0, 0.75F, 0, 1};
  flag_accuracy a;
  a.add(answers<float, float>{3, 2, 2, y, t});
  CHECK(a.right == 3);
  CHECK(a.all == 6);
}

TEST_CASE("agreement: the largest output where the largest target is") {
  float const y[] = {1, 5, 2, 3, 1, 2, std::nanf(""), 1, 2};
  float const t[] = {0.2F, 0.5F, 0.3F, 0.1F, 0.6F, 0.3F, 0, 0, 1};
  agreement a;
  a.add(answers<float, float>{3, 3, 3, y, t});
  CHECK(a.right == 1);
  CHECK(a.all == 3);
}

}  // namespace measure_accuracy_test
