// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include <halo/learned/horizon_rule.hpp>

// Made by: halo-evolve-rule --families ghdi --worlds 2 --seed 1
//     --updates 250 --pairs 24 --longest 3000, on 114 problems; the last number, ln 16, by hand.

namespace halo::learned::pretrained {

/// Weights of best_horizon_rule().
// clang-format off
inline constexpr std::array<float, 33> best_horizon_rule_weights{
    -4.94348F, -0.6544569F, -0.010950219F, -0.15098664F, 0.8469208F, -0.22128792F, 0.93348414F,
    -0.62400997F, 0.7441051F, 0.20892674F, 0.22299579F, -0.4541846F, 0.99646485F, 0.9247585F,
    1.0570598F, 0.49902585F, -3.5104969F, -2.1689935F, 0.08912177F, 0.81932145F, -0.25377977F,
    4.27501F, 0.17276688F, -3.8998132F, 0.6507366F, -0.029219884F, -1.1055231F, -0.37115958F,
    -2.0662048F, -3.842547F, -0.27743432F, 0.754576F,   2.7725887F,
};
// clang-format on

/// The rule of few numbers, evolved on adaptations.
[[nodiscard]] inline horizon_rule<> best_horizon_rule() {
  return horizon_rule<>(best_horizon_rule_weights);
}

}  // namespace halo::learned::pretrained
