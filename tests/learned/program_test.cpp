// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/program.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/rnnprop.hpp>

#include "../support/layouts.hpp"
#include "../support/rate_on_bowl.hpp"

namespace learned_program_test {

namespace {

using namespace halo;

/// The least that is a program.
struct descent : support::rate_program<0> {
  static constexpr learned::weight_table table{
      std::to_array<learned::weight_info>({{"rate", 1, 1, learned::constant(0.5)}})};
};

struct nameless : descent {
  static constexpr int name = 0;
};
struct motionless : descent {
  template <class R, class V>
  static void apply(R const&, V const&, V const&, V*, V const*) {}
};
struct talkative : descent {
  static constexpr char const* carry = "much";
};

static_assert(learned::program<descent>);
static_assert(learned::program<learned::hierarchical_program<>>);
static_assert(learned::program<learned::hierarchical_program<learned::hierarchical::leaky>>);
static_assert(learned::program<learned::coordinate_lstm_program<>>);
static_assert(learned::program<learned::rnnprop_program<>>);
static_assert(!learned::program<int>);
static_assert(!learned::program<learned::coordinate_program>);
static_assert(!learned::program<nameless>);
static_assert(!learned::program<motionless>);
static_assert(!learned::program<talkative>);

static_assert(learned::tiles_of(0) == 0);
static_assert(learned::tiles_of(1) == 1);
static_assert(learned::tiles_of(16) == 1);
static_assert(learned::tiles_of(17) == 2);

using layout = support::three_layers<5, 16, 40, 17>;  // tiles: 1, 1, 3, 2 and 1 of the last bias
static_assert(learned::tile_layout<layout>::first[0] == 0);
static_assert(learned::tile_layout<layout>::first[2] == 2);
static_assert(learned::tile_layout<layout>::first[4] == 7);
static_assert(learned::tile_layout<layout>::all == 8);
static_assert(learned::tile_layout<layout>::largest == 3);

}  // namespace

TEST_CASE("a program without numbers of its own is gradient descent") {
  learned::optimizer<descent> const rule;
  auto s = rule.init<layout>();
  float theta[layout::size], gradient[layout::size];
  for (std::size_t i = 0; i < layout::size; ++i) {
    theta[i] = static_cast<float>(i);
    gradient[i] = static_cast<float>(i % 7);
  }
  optim::step_context<float> context;
  context.mask.set(1, false);
  CHECK(rule.step(theta, gradient, s, context) == optim::status::done);
  for (auto const& info : layout::table)
    for (std::size_t i = info.offset; i < info.offset + info.count; ++i) {
      float const before = static_cast<float>(i);
      CHECK(theta[i] == (info.layer == 1 ? before : before - 0.5F * gradient[i]));
    }
}

}  // namespace learned_program_test
