// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/leanest_halo_rule.hpp>

#include <doctest/doctest.h>

#include <halo/core/parameter_table.hpp>
#include <halo/learned/halo_rule.hpp>

#include "../support/lean_rules.hpp"

namespace learned_leanest_halo_rule_test {

using namespace halo;
using namespace support::lean_rules;

// 2 bytes a parameter beside parameters, and no gradient; halo_rule takes 20
using large = flat_layout<100'000>;
static_assert(sizeof(learned::leanest_halo_rule::state<large>) < 2 * 100'000 + 1024);
static_assert(device_of<learned::leanest_halo_rule>::in_parts);
static_assert(!device_of<learned::halo_rule>::in_parts);
static_assert(sizeof(device_of<learned::leanest_halo_rule>) + 14 * network::parameters <
              sizeof(device_of<learned::halo_rule>));

TEST_CASE(
    "leanest_halo_rule: 200 steps from nothing and from a known start, as good as halo_rule") {
  is_as_good_as_halo_rule<learned::leanest_halo_rule>();
}
TEST_CASE("leanest_halo_rule: a step that is refused changes nothing") {
  refuses_whole_steps<learned::leanest_halo_rule>();
}
TEST_CASE("leanest_halo_rule: a checkpoint goes on with the same bits, from the same start alone") {
  goes_on_from_its_start_alone<learned::leanest_halo_rule>();
}

}  // namespace learned_leanest_halo_rule_test
