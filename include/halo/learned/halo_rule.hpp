// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/learned/pretrained/best_tensor_rnn.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/optim/averaged.hpp>

namespace halo::learned {

/// The optimizer that halo ships: adapts a network with nothing to tune.
///
/// A tensor-wise RNN with trained weights, which hands out the average of the parameters it passes
/// through. An adapter with it works in stages and, where the network has no running statistics, on
/// the hardest examples (optim::policy_for), unless it is given another policy, and asks for the
/// number of training examples (training_rows) to know how much weight decay they need; without it
/// there is none. Not the rule of HALO's paper: that is halo_method.hpp.
struct halo_rule : optim::averaged<tensor_rnn<>> {
  halo_rule() : optim::averaged<tensor_rnn<>>(pretrained::best_tensor_rnn()) {}
};

}  // namespace halo::learned
