// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/contract_subject.hpp>

#include <doctest/doctest.h>

#include <vector>

#include <halo/optim/adam.hpp>

namespace optim_contract_subject_test {

using namespace halo;

TEST_CASE("contract subject: the table is one of a network, in order and without gaps") {
  using layout = optim::contract_layout;
  static_assert(parameter_layout<layout>);
  std::size_t offset = 0;
  for (parameter_info const& i : layout::table) {
    CHECK(i.offset == offset);
    offset += i.count;
    CHECK(i.layer < layout::layers);
  }
  CHECK(offset == layout::size);
}

TEST_CASE("contract subject: saves, restores and counts what record names") {
  optim::adam const rule{};
  optim::detail::tried<optim::adam, optim::contract_layout, float> one(rule), two(rule);
  std::vector<float> theta(58, 1.0F), g(58, 0.5F);
  CHECK(one.step(theta.data(), g.data(), {}) == optim::status::done);
  CHECK(one.save() != two.save());
  two.restore(one.save());
  CHECK(one.save() == two.save());
  CHECK(two.state->steps[4] == 1);
  CHECK(two.count_from(77));
  CHECK(two.state->steps[4] == 77);
  two.restart();
  CHECK(two.state->steps[4] == 0);
}

}  // namespace optim_contract_subject_test
