// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/lean_pass.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/learned/horizon_rule.hpp>

#include "../support/numbers.hpp"

namespace learned_lean_pass_test {

using namespace halo;
using namespace halo::learned;
using P = horizon_program<>;
using lane = simd::batch<float>;

TEST_CASE("lean_pass: a tensor in parts has the bits of the whole, and the numbers of pass.hpp") {
  constexpr std::size_t n = 100, tiles = tiles_of(n);
  horizon_rule<> const rule;
  float const* const weights = rule.values().data();
  auto const theta = support::numbers<float>(n, 1, 0.5), g = support::numbers<float>(n, 2, 0.5);
  std::array<float, 3> const context{0.9F, 0.99F, 1.0F};
  conditioner<float> const plain{};
  std::vector<float> usual(tiles * 3 * tile_lanes), whole(tiles * 2 * tile_lanes), parts = whole;
  std::array<float, 1> mean{};
  observe_tensor<P>(weights, context.data(), n, theta.data(), g.data(), plain, usual.data(),
                    static_cast<float*>(nullptr), mean.data());
  learned::detail::kept_scales<P> const none{};
  std::array<lane, 1> one{lane(0.0F)}, two{lane(0.0F)};
  observe_lean<P, precision::full>(weights, context.data(), n, theta.data(), g.data(), plain,
                                   whole.data(), none, none, 0, one.data());
  for (std::size_t at = 0; at < n; at += 48)
    observe_lean<P, precision::full>(weights, context.data(), std::min(n - at, std::size_t{48}),
                                     theta.data() + at, g.data() + at, plain, parts.data() + 2 * at,
                                     none, none, 0, two.data());
  CHECK(whole == parts);
  CHECK(lane_sum(one[0]) == lane_sum(two[0]));
  CHECK(lane_sum(one[0]) / n == mean[0]);
  for (std::size_t k = 0; k < whole.size(); ++k)  // mean and square lie before the start
    CHECK(whole[k] == usual[k / 32 * 48 + k % 32]);

  std::array<float, 4> const decision{0.01F, 1.0F, 1e-6F, 0.25F};
  std::vector<float> x = theta, y = theta;
  apply_tensor<P>(weights, decision.data(), n, x.data(), g.data(), plain, usual.data(),
                  static_cast<float const*>(nullptr));
  apply_lean<P, precision::full>(weights, decision.data(), n, y.data(), g.data(), plain,
                                 static_cast<float const*>(whole.data()), none, theta.data());
  CHECK(x == y);
}

}  // namespace learned_lean_pass_test
