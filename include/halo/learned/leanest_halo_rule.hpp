// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/lean.hpp>
#include <halo/learned/pretrained/best_horizon_rule.hpp>

namespace halo::learned {

/// lean_halo_rule with means of gradients in 8 bits: 2 bytes a parameter beside parameters and
/// gradient. Slower where there are vector registers.
///
///     extern float const trained[network::parameters];  // in flash
///     static adapt::adapter<network, nn::cross_entropy, learned::leanest_halo_rule, 1> device(
///         learned::leanest_halo_rule(trained), trained);
struct leanest_halo_rule : lean<horizon_rule<>, precision::eight_bits> {
  leanest_halo_rule() : leanest_halo_rule(std::span<float const>{}) {}
  /// Pulled to where the parameters of known layers began.
  /// @param from  one number for every parameter, which must outlive the optimizer
  explicit leanest_halo_rule(std::span<float const> from)
      : lean<horizon_rule<>, precision::eight_bits>(pretrained::best_horizon_rule(), from) {}
};

}  // namespace halo::learned
