// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/csv_options.hpp>

#include <doctest/doctest.h>

#include <string>

namespace data_csv_options_test {

using namespace halo;

TEST_CASE("csv_options: columns by number or by name") {
  data::csv_options const none;
  REQUIRE(none.labels.size() == 1);
  CHECK(none.labels[0].number == -1);
  data::csv_options const some{.labels = {}, .leave_out = {0, "id", std::string("day")}};
  CHECK(some.labels.empty());
  REQUIRE(some.leave_out.size() == 3);
  CHECK(some.leave_out[0].name.empty());
  CHECK(some.leave_out[1].name == "id");
  CHECK(some.leave_out[2].name == "day");
}

}  // namespace data_csv_options_test
