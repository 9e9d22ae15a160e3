// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/state.hpp>

#include <doctest/doctest.h>

#include <memory>

#include <halo/core/parameter_table.hpp>
#include <halo/learned/tensor_rnn.hpp>

using namespace halo;

TEST_CASE("state: means of squares are none below 0 once they were read, the rest is as it was") {
  using program = learned::tensor_program<>;
  auto const s = std::make_unique<learned::state<program, flat_layout<3>, float>>();
  for (float& x : s->coordinates) x = -1;
  s->restored();
  for (std::size_t i = 0; i < s->coordinates.size(); ++i) {
    std::size_t const number = i / learned::tile_lanes % program::state;
    CHECK(s->coordinates[i] == (number == 2 || number == 3 ? 0.0F : -1.0F));
  }
}

TEST_CASE("state: says which numbers a file may claim") {
  using program = learned::tensor_program<>;
  auto const s = std::make_unique<learned::state<program, flat_layout<3>, float>>();
  int seen = 0;
  walk(*s, [&](field_path const& path, auto const& field) {
    ++seen;
    bool const counts = path.name == "steps" || path.name == "step";
    CHECK(field.range.contains(counts ? 0x1p62 : 1e32));
    CHECK_FALSE(field.range.contains(counts ? 0x1p63 : 3e38));
    CHECK(field.range.contains(-1) == !counts);
  });
  CHECK(seen == 5);
}
