// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/report.hpp>

#include <doctest/doctest.h>

namespace adapt_report_test {

using namespace halo;

TEST_CASE("report: only a refused step is not finite") {
  adapt::report r;
  CHECK(r.status == optim::status::empty);
  CHECK(r.layers.empty());
  CHECK(r.finite());
  r.status = optim::status::done;
  CHECK(r.finite());
  r.status = optim::status::non_finite;
  CHECK_FALSE(r.finite());
}

}  // namespace adapt_report_test
