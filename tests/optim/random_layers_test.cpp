// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/random_layers.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace optim_random_layers_test {

using namespace halo;

TEST_CASE("random layers draw what the thirds of that many layers draw") {
  optim::random_layers const policy;
  optim::random_layers::state nothing;
  generator const g(seed{5}, 1);
  for (std::size_t layers : {1U, 2U, 3U, 5U, 18U}) {
    auto const thirds = optim::selection::thirds(layers);
    for (std::uint64_t step = 0; step < 200; ++step) {
      auto const d = policy.decide(nothing, g, step, layers);
      CHECK(d.layers == thirds.draw(g, step, layers));
      CHECK(d.hardest == 0);
    }
  }
}

}  // namespace optim_random_layers_test
