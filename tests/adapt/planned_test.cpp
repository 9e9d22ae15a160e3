// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/planned.hpp>

#include <doctest/doctest.h>

namespace adapt_planned_test {

using namespace halo;

namespace {

struct device : adapt::planned<3> {
  using planned::count_step;
  using planned::drew_head;
  using planned::record;
  using planned::tell;
};

}  // namespace

TEST_CASE("planned: what is known reaches the optimizer, what the user says goes first") {
  device d;
  d.set_drawn(layer_mask::only(0));
  d.drew_head();
  d.set_plan({.horizon = 9, .elapsed = 4, .rows = 30});
  d.count_step();
  optim::step_context<float> c;
  d.tell(c);
  CHECK(c.horizon == 9);
  CHECK(c.elapsed == 4);
  CHECK(c.rows == 30);
  CHECK(c.anew.count() == 2);
  CHECK((c.anew[0] && !c.anew[1] && c.anew[2]));
  CHECK(d.drawn() == c.anew);
  c.rows = 7;
  d.tell(c);
  CHECK(c.rows == 7);
}

TEST_CASE("planned: without a horizon nothing is counted") {
  device d;
  d.count_step();
  optim::step_context<float> c;
  d.tell(c);
  CHECK(c.horizon == 0);
  CHECK(c.elapsed == 0);
}

}  // namespace adapt_planned_test
