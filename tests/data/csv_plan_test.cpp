// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/csv_plan.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

namespace data_csv_plan_test {

using namespace halo;
using data::detail::csv_plan;

TEST_CASE("csv_plan: what becomes of each column, and rows of numbers as rows of features") {
  data::csv_options const options{.header = true, .leave_out = {"id"}, .texts = {"colour"}};
  csv_plan plan(options, true);
  data::text::lines in("id,colour,size,y\n", "csv", "f");
  static_cast<void>(in.next());
  std::array<std::string, 4> const names{"id", "colour", "size", "y"};
  plan.make(in, 4, names);
  CHECK(plan[0].is == csv_plan::use::nothing);
  CHECK(plan[1].text);
  CHECK(plan[3].is == csv_plan::use::label);
  CHECK(plan.text_number(1, "red") == 0);
  CHECK(plan.text_number(1, "blue") == 1);
  CHECK(plan.text_number(1, "red") == 0);
  plan.begin_row();
  CHECK(plan.text_number(1, "green") == 2);
  plan.forget_row();
  CHECK(plan.features() == 3);
  std::vector<float> const raw{1, 7, std::numeric_limits<float>::quiet_NaN(), 8};
  std::vector<float> spread(6);
  plan.spread(raw, spread.data());
  CHECK(spread == std::vector<float>{0, 1, 7, 0, 0, 8});
  std::vector<std::string> features, labels;
  std::vector<data::csv_table> tables;
  plan.describe(features, labels, tables);
  CHECK(features == std::vector<std::string>{"colour=red", "colour=blue", "size"});
  CHECK(labels == std::vector<std::string>{"y"});
  REQUIRE(tables.size() == 1);
  CHECK(tables[0].values == std::vector<std::string>{"red", "blue"});
}

}  // namespace data_csv_plan_test
