// SPDX-License-Identifier: BSD-3-Clause
#include <halo/measure/calibration.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "../support/network.hpp"

namespace measure_calibration_test {

using namespace halo;
using measure::answers;
using measure::calibration_error;
static_assert(sizeof(calibration_error<16>) == 8 * 16 + 8);

TEST_CASE("calibration: who is right as often as it says has no error") {
  // logits 0 and ln 3: p = 3/4, right three times of four
  float const l = std::log(3.0F), y[] = {0, l, 0, l, 0, l, 0, l};
  std::int32_t const t[] = {1, 1, 0, 1}, all_right[] = {1, 1, 1, 1};
  calibration_error<> m, modest;
  m.add(answers<float, std::int32_t>{4, 2, 1, y, t});
  CHECK(m.value() == doctest::Approx(0).epsilon(1e-7));
  modest.add(answers<float, std::int32_t>{4, 2, 1, y, all_right});
  CHECK(modest.value() == doctest::Approx(0.25));
}

TEST_CASE("calibration: bins of equal width, by a loop") {
  constexpr std::size_t rows = 200, classes = 3, bins = 15;
  std::vector<float> const y = support::draw<float>(rows * classes, 1, 2);
  std::vector<std::int32_t> const t = support::draw_labels(rows, classes, 2);
  double belief[bins] = {}, right[bins] = {}, expected = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t best = 0;
    double sum = 0;
    for (std::size_t j = 0; j < classes; ++j) best = y[3 * i + j] > y[3 * i + best] ? j : best;
    for (std::size_t j = 0; j < classes; ++j) sum += std::exp(double{y[3 * i + j]});
    double const p = std::exp(double{y[3 * i + best]}) / sum;
    auto const b = static_cast<std::size_t>(p * bins);
    belief[b] += p;
    right[b] += best == static_cast<std::size_t>(t[i]) ? 1 : 0;
  }
  for (std::size_t b = 0; b < bins; ++b) expected += std::abs(right[b] - belief[b]) / rows;
  calibration_error<> m;
  m.add(answers<float, std::int32_t>{rows, classes, 1, y.data(), t.data()});
  CHECK(m.value() == doctest::Approx(expected));
  CHECK(expected > 0.1);
}

TEST_CASE("calibration: flags by the sigmoid, extremes included; NaN shows") {
  float const y[] = {800, -800, 0, 0}, t[] = {1, 0, 1, 0};
  calibration_error<> m;
  m.add(answers<float, float>{2, 2, 2, y, t});
  CHECK(m.value() == 0);
  float const wrong[] = {0, 1, 1, 1};
  m.add(answers<float, float>{2, 2, 2, y, wrong});
  CHECK(m.value() == doctest::Approx(3 / 8.0));
  float const nan = std::nanf("");
  m.add(answers<float, float>{1, 1, 1, &nan, t});
  CHECK(std::isnan(m.value()));
}

}  // namespace measure_calibration_test
