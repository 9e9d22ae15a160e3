// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/pretrained/best_horizon_rule.hpp>
#include <halo/optim/averaged.hpp>

namespace halo::learned {

/// The optimizer that halo ships: adapts a network with nothing to tune.
///
/// A rule of few numbers that were evolved on whole adaptations (meta::whole_runs), which hands out
/// the average of the parameters it passes through. adapt::run tells it how many steps there are,
/// how many rows, and which layers were drawn anew. Where nobody knows the steps, it works for any
/// number of them. Every layer moves in every step, unless an adapter is given another policy. Not
/// the rule of HALO's paper: that is paper_halo.hpp.
struct halo_rule : optim::averaged<horizon_rule<>> {
  halo_rule() : optim::averaged<horizon_rule<>>(pretrained::best_horizon_rule()) {}
};

}  // namespace halo::learned
