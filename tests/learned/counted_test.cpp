// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <array>
#include <string>

#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/rnnprop.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/optim/cost.hpp>

#include "../support/counted.hpp"

namespace learned_counted_test {

using namespace halo;

namespace {

/// What a step on N numbers that count it takes.
template <std::size_t N, class O>
cost counted_step(O const& o) {
  std::array<support::counted, N> theta, gradient;
  theta.fill(0.1F), gradient.fill(0.01F);
  auto s = o.template init<flat_layout<N>, support::counted>();
  optim::step_context<support::counted> context{.mask = layer_mask(1)};
  context.loss = 1, context.magnitude = 0.01F;
  support::counted const* const g = gradient.data();
  support::counted_cost = {};
  CHECK(o.step(theta.data(), g, s, context) == optim::status::done);
  return support::counted_cost;
}

/// Compares what 64 parameters more take: what a tensor decides is not among it.
template <class O>
void check(O const& o = {}) {
  CAPTURE(std::string(O::name));
  cost const few = counted_step<32>(o), many = counted_step<96>(o);
  layer_mask const all(1);
  cost const told_few = optim::step_cost<O, flat_layout<32>>(all),
             told = optim::step_cost<O, flat_layout<96>>(all);
  CHECK(many.multiply_adds - few.multiply_adds == told.multiply_adds - told_few.multiply_adds);
  CHECK(many.functions - few.functions == told.functions - told_few.functions);
  CHECK(many.reads - few.reads == told.reads - told_few.reads);
  CHECK(many.writes - few.writes == told.writes - told_few.writes);
}

}  // namespace

TEST_CASE("cost: of every parameter of learned optimizers as numbers that count find it") {
  check<learned::horizon_rule<>>();
  check<learned::horizon_rule<float, false>>();
  check<learned::rnnprop<>>();
  check<learned::coordinate_lstm<>>();
  check<learned::coordinate_lstm<learned::coordinate::released>>();
  check<learned::tensor_rnn<>>();
  check<learned::hierarchical_rnn<>>();
  check<learned::hierarchical_rnn<learned::hierarchical::leaky_paper>>();
  check<learned::hierarchical_rnn<learned::hierarchical_options{
      .units = 6, .scales = 3, .every_scale_decays = true, .attention = true}>>();
  check<learned::hierarchical_rnn<learned::hierarchical_options{.log_means = false,
                                                                .relative_rate = false,
                                                                .shortcut = false,
                                                                .learned_input_decay = false,
                                                                .learned_scale_decay = false,
                                                                .dynamic_rate = false}>>();
}

}  // namespace learned_counted_test
