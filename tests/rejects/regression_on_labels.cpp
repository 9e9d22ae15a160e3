// SPDX-License-Identifier: BSD-3-Clause
// error: halo: adapter: the elements are not of the type that the network or its loss takes
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/run.hpp>
#include <halo/data/batches.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/sgd.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 3>>;

void learn(adapt::adapter<network, nn::mean_square, optim::sgd, 8>& a,
           data::dataset const& labels) {
  data::batches stream(labels, 8, seed{1});
  adapt::run(a, stream, {.iterations = 1});
}
