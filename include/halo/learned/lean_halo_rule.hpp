// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/lean.hpp>
#include <halo/learned/pretrained/best_horizon_rule.hpp>

namespace halo::learned {

/// halo_rule for a microcontroller: the same numbers and equations; means of gradients in 16 bits,
/// the start in flash, and answers by the parameters themselves, no average of them.
///
///     extern float const trained[network::parameters];  // in flash
///     static adapt::adapter<network, nn::cross_entropy, learned::lean_halo_rule, 8> device(
///         learned::lean_halo_rule(trained), trained);
///
/// Beside parameters and gradient it takes 4 bytes a parameter, halo_rule 16. It should be told how
/// long a run is: the rate then falls to nothing, which does what the average is for.
struct lean_halo_rule : lean<horizon_rule<>> {
  lean_halo_rule() : lean_halo_rule(std::span<float const>{}) {}
  /// Pulled to where the parameters of known layers began.
  /// @param from  one number for every parameter, which must outlive the optimizer
  explicit lean_halo_rule(std::span<float const> from)
      : lean<horizon_rule<>>(pretrained::best_horizon_rule(), from) {}
};

}  // namespace halo::learned
