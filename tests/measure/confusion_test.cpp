// SPDX-License-Identifier: BSD-3-Clause
#include <halo/measure/confusion.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace measure_confusion_test {

using namespace halo::measure;
static_assert(sizeof(confusion<5>) == 8 * 5 * 6);

namespace {

/// Answers of given classes: a row has a 1 at what it was taken for, and 0 else.
template <class M>
M of(std::vector<std::int32_t> const& labels, std::vector<std::int32_t> const& said) {
  M m;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    float y[3] = {0, 0, 0};
    if (said[i] < 0) y[1] = std::nanf("");
    if (said[i] >= 0) y[said[i]] = 1;
    m.add(answers<float, std::int32_t>{1, 3, 1, y, labels.data() + i});
  }
  return m;
}
std::vector<std::int32_t> const labels{0, 0, 0, 0, 1, 1, 2, -1}, said{0, 0, 1, 2, 1, 0, -1, 1};

}  // namespace

TEST_CASE("confusion: who was taken for whom, and the scores of each class") {
  auto const m = of<confusion<3>>(labels, said);
  std::uint64_t const expected[3][4] = {{2, 1, 1, 0}, {1, 1, 0, 0}, {0, 0, 0, 1}};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 4; ++j) CHECK(m.count(i, j) == expected[i][j]);
  CHECK(m.labelled(0) == 4);
  CHECK(m.taken_for(2) == 1);
  CHECK(m.value() == doctest::Approx(3 / 7.0));
  CHECK(m.precision(0) == doctest::Approx(2 / 3.0));
  CHECK(m.recall(0) == 0.5);
  CHECK(m.f1(0) == doctest::Approx(4 / 7.0));
  CHECK(m.precision(1) == 0.5);
  CHECK(m.recall(2) == 0);
  CHECK(m.f1(2) == 0);
}

TEST_CASE("confusion: means over the classes that say something") {
  CHECK(of<balanced_accuracy<3>>(labels, said).value() == doctest::Approx((0.5 + 0.5 + 0) / 3));
  CHECK(of<macro_f1<3>>(labels, said).value() == doctest::Approx((4 / 7.0 + 0.5 + 0) / 3));
  CHECK(of<balanced_accuracy<3>>({0, 0, 1}, {0, 1, 1}).value() == 0.75);  // no row of class 2
  CHECK(of<macro_f1<3>>({0, 0}, {0, 0}).value() == 1);
  CHECK(of<precision_of<3, 0>>(labels, said).value() == doctest::Approx(2 / 3.0));
  CHECK(of<recall_of<3, 0>>(labels, said).value() == 0.5);
  CHECK(of<f1_of<3, 1>>(labels, said).value() == doctest::Approx(0.5));
  CHECK(std::isnan(of<precision_of<3, 2>>({0}, {0}).value()));
  CHECK(std::isnan(of<balanced_accuracy<3>>({}, {}).value()));
}

TEST_CASE("confusion: always the common class is accurate and not balanced") {
  std::vector<std::int32_t> common(100, 0), lazy(100, 0);
  for (std::size_t i = 0; i < 5; ++i) common[i] = 1;
  CHECK(of<confusion<3>>(common, lazy).value() == doctest::Approx(0.95));
  CHECK(of<balanced_accuracy<3>>(common, lazy).value() == 0.5);
}

}  // namespace measure_confusion_test
