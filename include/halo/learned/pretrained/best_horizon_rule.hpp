// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include <halo/learned/horizon_rule.hpp>

// Made by: halo-evolve-rule --families ghdi --worlds 2 --seed 1
//     --updates 250 --pairs 24 --longest 3000, on 114 problems.

namespace halo::learned::pretrained {

/// Weights of best_horizon_rule().
// clang-format off
inline constexpr std::array<float, 32> best_horizon_rule_weights{
    -4.4430923F, -0.21630403F, 0.07177223F, -0.03789397F, 0.47715408F, 0.0069972044F, 1.1206921F,
    -0.38327911F, 1.0622023F, -0.3410595F, -0.09421447F, -0.4920736F, 0.5303965F, 0.6909727F,
    0.4627441F, 0.31758317F, -3.844943F, -1.987814F, -0.34990484F, 0.66185373F, -0.29592362F,
    3.7580702F, 0.4296993F, -3.5897162F, 0.98655087F, -0.7789613F, -1.3953147F, -0.94265896F,
    -1.1389042F, -3.7453651F, 0.4751642F, 0.3146244F,
};
// clang-format on

/// The rule of few numbers, evolved on adaptations.
[[nodiscard]] inline horizon_rule<> best_horizon_rule() {
  return horizon_rule<>(best_horizon_rule_weights);
}

}  // namespace halo::learned::pretrained
