// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/state.hpp>

#include <doctest/doctest.h>

#include <memory>

#include <halo/core/parameter_table.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/rnnprop.hpp>
#include <halo/learned/tensor_rnn.hpp>

namespace learned_state_test {

using namespace halo;

namespace {

/// How many numbers of a coordinate a file may not say -1 of, as far as they are means of squares.
template <class Program>
std::size_t never_negative() {
  auto const s = std::make_unique<learned::state<Program, flat_layout<3>, float>>();
  std::size_t found = 0;
  walk(*s, [&](field_path const& path, auto const& field) {
    if (path.name != "coordinates") return;
    for (std::size_t i = 0; i < field.values.size(); i += learned::tile_lanes) {
      CHECK(field.range_at(i).contains(0.5));
      CHECK_FALSE(field.range_at(i).contains(3e38));
      found += field.range_at(i).contains(-1) ? 0U : 1U;
    }
  });
  return found;
}

}  // namespace

TEST_CASE("state: no file may say of a mean of squares that it is below 0") {
  CHECK(never_negative<learned::tensor_program<>>() == 2);
  CHECK(never_negative<learned::horizon_program<>>() == 1);
  CHECK(never_negative<learned::rnnprop_program<>>() == 1);
  CHECK(never_negative<learned::coordinate_lstm_program<>>() == 0);
  using hierarchical = learned::hierarchical_program<>;
  CHECK(never_negative<hierarchical>() == hierarchical::scales + 2);  // V, and both decays
}

TEST_CASE("state: says which numbers a file may claim") {
  using program = learned::tensor_program<>;
  auto const s = std::make_unique<learned::state<program, flat_layout<3>, float>>();
  int seen = 0;
  walk(*s, [&](field_path const& path, auto const& field) {
    ++seen;
    bool const counts = path.name == "steps" || path.name == "step";
    CHECK(field.range_at(0).contains(counts ? 0x1p62 : 1e32));
    CHECK_FALSE(field.range_at(0).contains(counts ? 0x1p63 : 3e38));
    CHECK(field.range_at(0).contains(-1) == !counts);
  });
  CHECK(seen == 5);
}

}  // namespace learned_state_test
