// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/standardize.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../support/data.hpp"

namespace data_standardize_test {

using namespace halo;

namespace {

data::dataset of(std::vector<std::vector<float>> const& rows) {
  data::dataset d = data::make_dataset(rows.size(), rows.empty() ? 0 : rows[0].size(), 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy(rows[i].begin(), rows[i].end(), tensor::row(d.x, i).begin());
    d.y(i) = 0;
  }
  return d;
}

float const missing = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("standardize: mean 0 and deviation 1 on the rows it was fitted to") {
  data::dataset d = of({{1, 100000.1F}, {2, 100000.2F}, {3, 100000.3F}, {6, 100000.4F}});
  data::standardizer const s(d);
  CHECK(s.features() == 2);
  CHECK(s.mean()[0] == 3.0F);
  CHECK(s.deviation()[0] == doctest::Approx(std::sqrt(3.5)));  // (4 + 1 + 0 + 9) / 4
  s.apply(d);
  for (std::size_t column : {0U, 1U}) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      sum += d.x(i, column);
      squares += double(d.x(i, column)) * d.x(i, column);
    }
    CHECK(std::fabs(sum) < (column == 0 ? 1e-6 : 0.4));  // the mean of column 1 is rounded to float
    CHECK(squares / 4 == doctest::Approx(1.0).epsilon(column == 0 ? 1e-5 : 0.05));
  }
}

TEST_CASE("standardize: other rows are measured with the training rows' numbers") {
  data::standardizer const s(of({{0}, {2}}));
  data::dataset other = of({{5}});
  s.apply(other);
  CHECK(other.x(0, 0) == 4.0F);
  std::vector<float> row{1};
  s.apply(row);
  CHECK(row[0] == 0.0F);
}

TEST_CASE("standardize: sums of many values do not drift") {
  data::dataset d = data::make_dataset(200000, 1, 1);
  for (std::size_t i = 0; i < d.rows(); ++i) d.x(i, 0) = i % 2 == 0 ? 4096.25F : 4095.75F;
  data::standardizer const s(d);
  CHECK(s.mean()[0] == 4096.0F);
  CHECK(s.deviation()[0] == 0.25F);
}

TEST_CASE("standardize: a constant feature becomes 0, whatever its value") {
  data::dataset d = of({{0.1F, 1}, {0.1F, 2}, {0.1F, 4}});
  data::standardizer const s(d);
  CHECK(s.deviation()[0] == 1.0F);
  s.apply(d);
  for (std::size_t i = 0; i < 3; ++i) CHECK(d.x(i, 0) == 0.0F);
  data::dataset other = of({{0.6F, 1}});
  s.apply(other);
  CHECK(other.x(0, 0) == doctest::Approx(0.5));
  CHECK(data::standardizer(of({{7, 8}})).deviation()[1] == 1.0F);
}

TEST_CASE("standardize: missing values do not count and become 0") {
  data::dataset d = of({{1, missing}, {missing, missing}, {3, missing}});
  data::standardizer const s(d);
  CHECK(s.mean()[0] == 2.0F);
  CHECK(s.deviation()[0] == 1.0F);
  CHECK(s.mean()[1] == 0.0F);
  CHECK(s.deviation()[1] == 1.0F);
  s.apply(d);
  CHECK(d.x(1, 0) == 0.0F);
  CHECK(d.x(0, 0) == -1.0F);
  CHECK(d.x(2, 1) == 0.0F);
}

TEST_CASE("standardize: stored numbers") {
  data::standardizer const s({1, 2}, {2, 4});
  std::vector<float> row{3, 2};
  s.apply(row);
  CHECK(row == std::vector<float>{1, 0});
}

TEST_CASE("standardize: what cannot be fitted or used") {
  auto const says = [](auto&& call) { return support::message_of<error>(call); };
  CHECK(says([] { data::standardizer const s(of({})); }) ==
        "standardize: training rows: expected at least one, found none");
  float const infinite = std::numeric_limits<float>::infinity();
  CHECK(says([=] {
          data::standardizer const s(of({{1, 2}, {3, infinite}}));
        }) == "standardize: row 1, feature 1: expected a finite value, found an infinite one");
  data::standardizer const s(of({{0}, {2}}));
  data::dataset wide = of({{5, 6}});
  CHECK(says([&] { s.apply(wide); }) == "standardize: features: expected 1, found 2");
  CHECK(support::contains(says([] {
                            data::standardizer const t({1, 2}, {1});
                          }),
                          "expected 2 values, found 1"));
  for (float bad : {0.0F, -1.0F, missing, infinite}) {
    CHECK(support::contains(says([=] {
                              data::standardizer const t({1, 2}, {1, bad});
                            }),
                            "feature 1: expected a finite mean and a positive deviation"));
  }
}

TEST_CASE("standardize: a split, by its training rows alone") {
  data::dataset_split d{of({{0, 7}, {2, 7}}), of({{5, 7}, {missing, 9}})};
  data::standardizer const s = data::standardize(d);
  CHECK(s.mean()[0] == 1.0F);
  CHECK(d.train.x(0, 0) == -1.0F);
  CHECK(d.train.x(1, 0) == 1.0F);
  CHECK(d.test.x(0, 0) == 4.0F);
  CHECK(d.test.x(1, 0) == 0.0F);
  CHECK(d.test.x(1, 1) == 2.0F);
}

TEST_CASE("standardizer: values at both edges of float stay finite") {
  data::dataset d = data::make_dataset(2, 1, 1);
  d.x(0, 0) = 3.4e38F;
  d.x(1, 0) = -3.4e38F;
  d.y(0) = d.y(1) = 0;
  data::standardizer const scale(d);
  CHECK(scale.deviation()[0] == 3.4e38F);
  float row[] = {3.4e38F};
  data::standardizer({-3.4e38F}, {3.4e38F}).apply(std::span<float>(row));
  CHECK(row[0] == 2.0F);
  scale.apply(d);
  CHECK(d.x(0, 0) == 1.0F);
  CHECK(d.x(1, 0) == -1.0F);
}

TEST_CASE("standardizer: turned back, a row is what it was") {
  data::standardizer const s({1, -200}, {0.5F, 1000});
  float row[] = {1.25F, 300};
  s.apply(std::span<float>(row));
  CHECK(row[0] == 0.5F);
  CHECK(row[1] == 0.5F);
  s.undo(std::span<float>(row));
  CHECK(row[0] == 1.25F);
  CHECK(row[1] == 300);
}

TEST_CASE("standardizer: targets of a regression, there and back") {
  data::regression d = data::make_regression(2, 1, 2);
  d.x(0, 0) = d.x(1, 0) = 7;
  d.y(0, 0) = 1, d.y(1, 0) = 3, d.y(0, 1) = -10, d.y(1, 1) = 10;
  auto const units = data::standardizer::of_targets(d);
  units.apply_to_targets(d);
  CHECK(d.x(0, 0) == 7);
  CHECK(d.y(0, 0) == -1);
  CHECK(d.y(1, 1) == 1);
  float answer[] = {0.5F, 0.5F};
  units.undo(std::span<float>(answer));
  CHECK(answer[0] == 2.5F);
  CHECK(answer[1] == 5.0F);
  auto other = data::make_regression(1, 1, 1);
  CHECK(support::message_of<error>([&] { units.apply_to_targets(other); }) ==
        "standardize: targets: expected 2, found 1");
}

}  // namespace data_standardize_test
