// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/fields.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/schedule.hpp>

using namespace halo;

TEST_CASE("fields: every array and number of a state, named by the parts it lies in") {
  using rule = optim::scheduled<optim::averaged<optim::adam>, optim::cosine>;
  auto state = rule{}.init<flat_layout<6>, float>();
  std::vector<std::string> names;
  state.fields([&](char const* name, auto values) {
    names.push_back(name + (' ' + std::to_string(values.size())));
  });
  CHECK(names == std::vector<std::string>{"inner.inner.m 6", "inner.inner.v 6",
                                          "inner.inner.steps 1", "inner.inner.bound 1",
                                          "inner.average 6", "inner.average_steps 1", "steps 1"});
}
