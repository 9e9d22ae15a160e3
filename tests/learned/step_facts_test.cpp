// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/step_facts.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include <halo/core/shape.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/small_program.hpp"
#include "../support/two_tensors.hpp"

namespace learned_step_facts_test {

using namespace halo;

namespace {

/// Five weights in a layer, a bias in the next.
using layout = support::five_and_one;
using state = learned::state<support::small_program, layout, float>;

/// What is told of a step behind so many others.
learned::facts<float> facts_of(std::size_t steps, optim::step_context<float> const& context) {
  auto const s = std::make_unique<state>();
  s->step = steps;
  return learned::facts_of(*s, context);
}

}  // namespace

TEST_CASE("step_facts: a step is told of the network, the run and the mini-batch") {
  optim::step_context<float> c;
  c.loss = 2.5;
  c.rows = 700;
  c.horizon = 90;
  c.elapsed = 4;
  c.baseline = 1.25;
  c.labels = false;
  c.anew = layer_mask::only(1);
  auto const f = facts_of(4, c);
  CHECK(f.parameters == 6);
  CHECK(f.tensors == 2);
  CHECK(f.step == 5);
  CHECK(f.loss == 2.5F);
  CHECK(f.rows == 700);
  CHECK(f.horizon == 90);
  CHECK(f.elapsed == 4);
  CHECK(f.baseline == 1.25F);
  CHECK_FALSE(f.labels);
  CHECK(f.drawn == layer_mask::only(1));
  CHECK_FALSE(f.all_drawn);
}

TEST_CASE("step_facts: a loss and a run without end are cut, layers beyond the network's too") {
  optim::step_context<float> c;
  c.loss = 1e200;
  c.horizon = std::numeric_limits<std::uint64_t>::max();
  c.elapsed = std::uint64_t{1} << 40;
  c.anew = layer_mask::all();
  auto f = facts_of(0, c);
  CHECK(f.loss == 1e30F);
  CHECK(f.horizon == 1e9F);
  CHECK(f.elapsed == 1e9F);
  CHECK(f.drawn == layer_mask::all(2));
  CHECK(f.all_drawn);
  c.loss = -1e200;
  CHECK(facts_of(0, c).loss == -1e30F);
}

TEST_CASE("step_facts: each tensor is told of itself, whichever was before") {
  optim::step_context<float> c;
  c.anew = layer_mask::only(1);
  auto f = facts_of(0, c);
  learned::tell_tensor<layout>(f, 1, 3);
  CHECK(f.elements == 1);
  CHECK(f.inputs == 1);
  CHECK(f.own_step == 3);
  CHECK(f.bias);
  CHECK(f.head);
  CHECK(f.anew);
  learned::tell_tensor<layout>(f, 0, 0);
  CHECK(f.elements == 5);
  CHECK(f.inputs == 5);
  CHECK(f.own_step == 0);
  CHECK_FALSE(f.bias);
  CHECK_FALSE(f.head);
  CHECK_FALSE(f.anew);
}

TEST_CASE("step_facts: inputs are the fan-in, of a convolution those of its window") {
  using network = nn::sequential<shape<8, 8, 3>, nn::conv2d<4, 5>, nn::flatten, nn::linear<256, 2>>;
  learned::facts<float> f;
  auto const inputs_of = [&f](std::size_t tensor) {
    learned::tell_tensor<network::layout>(f, tensor, 1);
    return f.inputs;
  };
  CHECK(inputs_of(0) == 5 * 5 * 3);
  CHECK(inputs_of(1) == 1);
  CHECK(inputs_of(2) == 256);
  CHECK(widened(f).inputs == 256);
}

}  // namespace learned_step_facts_test
