// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/judged.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <halo/nn/linear.hpp>
#include <halo/nn/partly_labelled.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/nn/with_entropy.hpp>

namespace adapt_judged_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<2, 3>>;
using labels = adapt::detail::judged<network, 8, nn::cross_entropy>;
using numbers = adapt::detail::judged<network, 8, nn::mean_square>;

/// A loss of labels that says of no answer whether it is right.
struct of_labels {
  using partly = nn::partly_labelled<nn::cross_entropy>;
  using target = partly::target;
  static constexpr std::size_t targets(std::size_t outputs) { return partly::targets(outputs); }
  static constexpr allowed target_range(std::size_t n) { return partly::target_range(n); }
  static double weight(std::size_t rows, std::size_t outputs, target const* t) {
    return partly::weight(rows, outputs, t);
  }
};

/// A device whose row losses and right answers are a list, by the rows' first numbers.
struct listed {
  std::vector<double> losses, rights;
  template <class Y, class Body>
  [[nodiscard]] adapt::refusal try_each_row(std::span<float const> x, Y const&,
                                            Body&& body) const noexcept {
    for (std::size_t i = 0; 2 * i < x.size(); ++i) {
      auto const k = static_cast<std::size_t>(x[2 * i]);
      body(i, losses[k], rights[k]);
    }
    return {};
  }
};

}  // namespace

TEST_CASE(
    "judged: labelled rows against the start and against one answer, as plain loops have it") {
  labels rows;
  std::vector<std::int32_t> const t{0, 1, 1, 2, 1};
  for (std::size_t i = 0; i < 5; ++i)
    REQUIRE_FALSE(rows.try_add(std::array{static_cast<float>(i), 0.0F}, std::span(&t[i], 1)));
  REQUIRE_FALSE(rows.try_add(std::array{2.0F, 0.0F}, std::span(&t[0], 1)));  // held already
  CHECK(rows.size() == 5);
  listed const before{{3, 2, 1, 4, 2}, {0, 1, 1, 0, 0}},
      after{{1, 2.5, 0.5, 1, 2}, {1, 0, 1, 1, 1}};
  rows.begin(before);
  CHECK(rows.start().loss == doctest::Approx(2.4));
  CHECK(rows.start().accuracy == doctest::Approx(0.4));
  auto const c = rows.compare(after);
  CHECK(c.now.loss == doctest::Approx(1.4));
  CHECK(c.now.accuracy == doctest::Approx(0.8));
  CHECK(c.better.surety() ==
        doctest::Approx((2 - 0.5 + 0.5 + 3 + 0) / std::sqrt(4 + 0.25 + 0.25 + 9)));
  // the most frequent label, 1, is right in three rows; they in 0, 2, 3, 4
  CHECK(c.knows_constant);
  CHECK(c.than_constant.surety() == doctest::Approx((1 - 1 + 0 + 1 + 0) / std::sqrt(3)));
  CHECK(c.within(0));
}

TEST_CASE("judged: numbers against the best constant") {
  numbers rows;
  std::vector<float> const t{1, 2, 3, 3, 2, 1};
  REQUIRE_FALSE(rows.try_add(std::array{0.0F, 0.0F}, std::span(t).first(3)));
  REQUIRE_FALSE(rows.try_add(std::array{1.0F, 0.0F}, std::span(t).last(3)));
  double const nan = std::nan("");
  rows.begin(listed{{5, 1}, {nan, nan}});
  auto const c = rows.compare(listed{{0.5, 0.25}, {nan, nan}});
  double const variance = (2.0 + 0 + 2.0) / 3;
  CHECK(c.knows_constant);
  CHECK(c.than_constant.sum == doctest::Approx(2 * variance - 0.75));
  CHECK(std::isnan(c.now.accuracy));
  CHECK(c.within(0));
  CHECK_FALSE(rows.compare(listed{{5, 1.2}, {nan, nan}}).within(0.01));
  CHECK(rows.compare(listed{{5, 1.05}, {nan, nan}}).within(0.01));
}

TEST_CASE("judged: rows without a label say nothing, and one label is known without an example") {
  adapt::detail::judged<network, 8, of_labels> rows;
  std::vector<std::int32_t> t{nn::no_label, 2, 2};
  for (std::size_t i = 0; i < 3; ++i)
    REQUIRE_FALSE(rows.try_add(std::array{static_cast<float>(i), 0.0F}, std::span(&t[i], 1)));
  CHECK(rows.size() == 2);
  double const nan = std::nan("");
  rows.begin(listed{{9, 3, 3}, {nan, nan, nan}});
  auto const c = rows.compare(listed{{9, 0.1, 0.1}, {nan, nan, nan}});
  using entropy = adapt::detail::judged<network, 8, nn::with_entropy<>>;
  CHECK_FALSE(entropy::says(std::span(t).first(1)));
  CHECK(entropy::says(std::span(t).subspan(1, 1)));
  CHECK(c.knows_constant);
  CHECK(c.better.surety() == doctest::Approx(std::sqrt(2)));
  CHECK(c.than_constant.surety() == doctest::Approx(-std::sqrt(2)));  // entropy 0, loss 0.1
}

TEST_CASE("judged: how much may be lost, and losses that are not finite") {
  labels rows;
  std::int32_t const t = 1;
  for (float i = 0; i < 4; ++i) REQUIRE_FALSE(rows.try_add(std::array{i, 1.0F}, std::span(&t, 1)));
  rows.begin(listed{{1, 1, 1, 1}, {1, 1, 1, 0}});
  auto const lost = rows.compare(listed{{1, 1, 1, 1}, {1, 1, 0, 0}});
  CHECK_FALSE(lost.within(0.2));
  CHECK(lost.within(0.25));
  double const infinite = std::numeric_limits<double>::infinity();
  auto const broken = rows.compare(listed{{std::nan(""), infinite, 1, 1}, {0, 0, 0, 0}});
  CHECK(std::isfinite(broken.now.loss));
  CHECK(broken.better.surety() < -1);
  CHECK(labels{}.compare(listed{}).within(0));
}

}  // namespace adapt_judged_test
