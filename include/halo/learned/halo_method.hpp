// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/optim/random_layers.hpp>

namespace halo::learned {

/// HALO [Li et al. 2020] over a backbone: its rule, with random layers as the policy it prefers.
///
/// The third part of the method, a Jacobian term in the loss of meta-training, is in the weights:
/// meta::meta_loss::paper().
template <class Backbone>
struct halo_method : Backbone {
  using Backbone::Backbone;
  using preferred_policy = optim::random_layers;
};

/// The other reading of the paper's "LSTM"; that with a hierarchical RNN, trained: paper_halo.hpp.
using halo_lstm = halo_method<coordinate_lstm<>>;

}  // namespace halo::learned
