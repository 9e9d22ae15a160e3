// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/pretrain.hpp>

#include <doctest/doctest.h>

#include <vector>

#include "../support/small_problems.hpp"

namespace meta_pretrain_test {

using namespace halo;

TEST_CASE("pretrain: a network learns its rows, the same for the same seed") {
  auto const from = support::small_split(seed{9});
  auto const theta =
      meta::pretrain<support::small_network>(from->train, seed{1}, {.steps = 400, .rate = 1e-2F});
  CHECK(theta == meta::pretrain<support::small_network>(from->train, seed{1},
                                                        {.steps = 400, .rate = 1e-2F}));
  CHECK(theta != meta::pretrain<support::small_network>(from->train, seed{2},
                                                        {.steps = 400, .rate = 1e-2F}));
  support::small_task knowing(from, theta, {}), ignorant(from, {}, {});
  std::vector<float> start(support::small_network::parameters);
  ignorant.start(seed{1}, start.data());
  CHECK(knowing.judge(theta.data()).error < ignorant.judge(start.data()).error - 0.2);
}

}  // namespace meta_pretrain_test
