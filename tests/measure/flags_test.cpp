// SPDX-License-Identifier: BSD-3-Clause
#include <halo/measure/flags.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace measure_flags_test {

using namespace halo::measure;
static_assert(sizeof(flags<5>) == 24 * 5);

TEST_CASE("flags: precision, recall and F1 of each") {
  float const y[] = {1, -1, -1, 1, 1, -1, -1, -1, 2, 2, -1, -1};
  float const t[] = {1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0};
  flags<3> m;
  m.add(answers<float, float>{4, 3, 3, y, t});
  CHECK(m.precision(0) == doctest::Approx(2 / 3.0));  // rows 0, 1, 3 say yes; 0 and 3 are
  CHECK(m.recall(0) == doctest::Approx(2 / 3.0));     // rows 0, 2, 3 are
  CHECK(m.f1(0) == doctest::Approx(2 / 3.0));
  CHECK(m.precision(1) == 1);
  CHECK(m.recall(1) == 0.5);
  CHECK(m.f1(1) == doctest::Approx(2 / 3.0));
  CHECK(m.precision(2) == 0);
  CHECK(std::isnan(m.recall(2)));
  CHECK(m.f1(2) == 0);
  CHECK(m.value() == doctest::Approx(4 / 9.0));
}

TEST_CASE("flags: a NaN is wrong either way") {
  float const y[] = {std::nanf(""), std::nanf("")}, t[] = {1, 0};
  flags<1> m;
  m.add(answers<float, float>{2, 1, 1, y, t});
  CHECK(m.precision(0) == 0);
  CHECK(m.recall(0) == 0);
  CHECK(std::isnan(flags<2>{}.value()));
}

}  // namespace measure_flags_test
