// SPDX-License-Identifier: BSD-3-Clause
#include <halo/measure/errors.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../support/network.hpp"

namespace measure_errors_test {

using namespace halo;
using namespace halo::measure;
static_assert(sizeof(r2<5>) == 24 * 5 + 8);

TEST_CASE("errors: root of the mean square, and mean absolute error, by hand") {
  float const y[] = {1, 2, 3, 4}, t[] = {0, 2, 5, 4};
  answers<float, float> const a{2, 2, 2, y, t};
  rmse square;
  mae absolute;
  square.add(a), absolute.add(a);
  CHECK(square.value() == doctest::Approx(std::sqrt(5 / 4.0)));
  CHECK(absolute.value() == 0.75);
  CHECK(rmse::lower_is_better);
}

TEST_CASE("errors: of more outputs than targets, the first ones") {
  float const y[] = {1, 99, 3, -99}, t[] = {0, 5};
  rmse m;
  m.add(answers<float, float>{2, 2, 1, y, t});
  CHECK(m.value() == doctest::Approx(std::sqrt(2.5)));
}

TEST_CASE("errors: R2 is what a loop says, for every target, far from zero too") {
  for (float const far : {0.0F, 1e3F}) {
    constexpr std::size_t rows = 40;
    std::vector<float> y = support::draw<float>(2 * rows, 1), t = support::draw<float>(2 * rows, 2);
    for (std::size_t i = 0; i < t.size(); ++i) t[i] += far, y[i] = 0.3F * y[i] + t[i];
    double expected = 0;
    for (std::size_t j = 0; j < 2; ++j) {
      double mean = 0, spread = 0, error = 0;
      for (std::size_t i = 0; i < rows; ++i) mean += static_cast<double>(t[2 * i + j]) / rows;
      for (std::size_t i = 0; i < rows; ++i) {
        auto const of_t = static_cast<double>(t[2 * i + j]);
        spread += (of_t - mean) * (of_t - mean);
        error += std::pow(static_cast<double>(y[2 * i + j]) - of_t, 2);
      }
      expected += (1 - error / spread) / 2;
    }
    r2<2> whole, first, second;
    whole.add(answers<float, float>{rows, 2, 2, y.data(), t.data()});
    first.add(answers<float, float>{7, 2, 2, y.data(), t.data()});
    second.add(answers<float, float>{rows - 7, 2, 2, y.data() + 14, t.data() + 14});
    first.merge(second);
    CHECK(whole.value() == doctest::Approx(expected).epsilon(1e-9));
    CHECK(first.value() == doctest::Approx(expected).epsilon(1e-9));
  }
}

TEST_CASE("errors: R2 is 1 where all is right, 0 for the mean, NaN where there is nothing to say") {
  float const t[] = {1, 2, 3}, mean[] = {2, 2, 2};
  r2<> right, lazy, flat, none;
  right.add(answers<float, float>{3, 1, 1, t, t});
  lazy.add(answers<float, float>{3, 1, 1, mean, t});
  flat.add(answers<float, float>{3, 1, 1, t, mean});
  CHECK(right.value() == 1);
  CHECK(lazy.value() == doctest::Approx(0));
  CHECK(std::isnan(flat.value()));
  CHECK(std::isnan(none.value()));
}

}  // namespace measure_errors_test
