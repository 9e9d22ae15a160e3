// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/lean_state.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <type_traits>

#include <halo/core/parameter_table.hpp>
#include <halo/learned/horizon_rule.hpp>

namespace learned_lean_state_test {

using namespace halo;
using learned::precision;

template <precision S>
using state_of = learned::lean_state<learned::horizon_program<>, flat_layout<100'000>, float, S>;
static_assert(sizeof(state_of<precision::full>) < 2 * 100'000 * sizeof(float) + 1024);
static_assert(sizeof(state_of<precision::bfloat16>) < 2 * 100'000 * 2 + 1024);
static_assert(sizeof(state_of<precision::eight_bits>) < 2 * 100'000 + 1024);

TEST_CASE("lean_state: records what it has, numbers in 16 bits as integers") {
  auto const s = std::make_unique<learned::lean_state<learned::horizon_program<>, flat_layout<3>,
                                                      float, precision::bfloat16>>();
  int seen = 0;
  walk(*s, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    ++seen;
    if (path.name != "coordinates") return;
    CHECK(std::is_same_v<typename recorded_field<T>::value_type, std::int16_t>);
    CHECK(field.values.size() == 32);
    CHECK(field.range_at(0).contains(-1));
    CHECK_FALSE(field.range_at(16).contains(-1));  // a mean of squares
    CHECK_FALSE(field.range_at(31).contains(32640));
  });
  CHECK(seen == 5);
}

}  // namespace learned_lean_state_test
