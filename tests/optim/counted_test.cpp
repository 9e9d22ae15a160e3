// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>

#include <halo/optim/adagrad.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/pulled.hpp>
#include <halo/optim/rmsprop.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/counted.hpp"
#include "../support/layouts.hpp"

namespace optim_counted_test {

using namespace halo;
/// Layers of 7 + 2, 5 and 3 + 1 parameters.
using layout = support::three_layers<7, 2, 5, 3>;

namespace {

/// What a step on numbers that count it takes; one that was safe beforehand.
template <class O>
cost counted_step(O const& o, layer_mask mask) {
  std::array<support::counted, layout::size> theta, gradient;
  theta.fill(0.1F), gradient.fill(0.01F);
  auto s = o.template init<layout, support::counted>();
  optim::step_context<support::counted> context{.mask = mask};
  context.magnitude = 0.01F;
  support::counted const* const g = gradient.data();
  support::counted_cost = {};
  CHECK(o.step(theta.data(), g, s, context) == optim::status::done);
  return support::counted_cost;
}

template <class O>
void check(O const& o) {
  CAPTURE(std::string(O::name));
  for (std::uint64_t bits = 1; bits < 8; ++bits)
    CHECK(counted_step(o, layer_mask(bits)) == optim::step_cost<O, layout>(layer_mask(bits)));
}

}  // namespace

TEST_CASE("cost: of every optimizer as numbers that count find it, under every mask") {
  check(optim::sgd{});
  check(optim::momentum{});
  check(optim::adagrad{});
  check(optim::rmsprop{});
  check(optim::adam{});
  check(optim::pulled<optim::sgd>{});
  check(optim::averaged<optim::adam>{});
}

}  // namespace optim_counted_test
