// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/spared.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/sgd.hpp>

namespace optim_spared_test {

using namespace halo;

namespace {

using layout = nn::sequential<nn::linear<7, 5>, nn::layer_norm, nn::linear<5, 3>>::layout;

template <class Rule>
std::vector<float> after_steps(Rule const& rule, layer_mask mask) {
  generator g(seed{5});
  std::vector<float> theta(layout::size), gradient(layout::size);
  for (float& x : theta) x = g.normal();
  auto state = rule.template init<layout>();
  for (int k = 0; k < 6; ++k) {
    for (float& x : gradient) x = g.normal();
    CHECK(rule.step(theta.data(), static_cast<float const*>(gradient.data()), state,
                    {.mask = mask}) == optim::status::done);
  }
  return theta;
}

}  // namespace

// Weights go as with decay, biases and gains as without, to the bit; whatever the mask.
TEST_CASE_TEMPLATE("decay_weights_only: spares biases and gains, and nothing else", Rule,
                   optim::sgd, optim::momentum, optim::adam) {
  Rule without, all, weights;
  all.config.weight_decay = weights.config.weight_decay = 0.25F;
  weights.config.decay_weights_only = true;
  layer_mask last;
  last.set(layout::layers - 1);
  for (layer_mask const mask : {layer_mask::all(layout::layers), last}) {
    auto const plain = after_steps(without, mask), decayed = after_steps(all, mask),
               found = after_steps(weights, mask);
    std::size_t moved = 0;
    for (parameter_info const& t : layout::table) {
      CAPTURE(t.name());
      auto const& expected = t.role == parameter_role::weight ? decayed : plain;
      for (std::size_t i = t.offset; i < t.offset + t.count; ++i) {
        CHECK(found[i] == expected[i]);
        moved += plain[i] != decayed[i] ? 1U : 0U;
      }
    }
    CHECK(moved > layout::size / 4);  // decay could be seen
  }
  without.config.decay_weights_only = true;  // of no decay: nothing
  CHECK(after_steps(without, last) == after_steps(Rule{}, last));
}

}  // namespace optim_spared_test
