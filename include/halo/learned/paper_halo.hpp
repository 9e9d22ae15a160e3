// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/learned/halo_method.hpp>
#include <halo/learned/pretrained/paper_halo_rnn.hpp>

namespace halo::learned {

/// HALO as its paper has it [Li et al. 2020], trained: its hierarchical RNN with the nine features,
/// random layers as the policy, the Jacobian term in the weights.
///
/// Trained as the paper says it does not last, so three things differ: log-rates leak to a learned
/// one, directions are not normalised, and the meta-loss is that of the window's average
/// (hierarchical::leaky_paper; `halo-meta-train --preset halo --seed 1` makes the weights). Here to
/// be compared with; what it comes to: docs/results.md.
struct paper_halo : halo_method<hierarchical_rnn<hierarchical::leaky_paper>> {
  paper_halo() noexcept
      : halo_method<hierarchical_rnn<hierarchical::leaky_paper>>(
            pretrained::paper_halo_rnn_weights) {}
};

}  // namespace halo::learned
