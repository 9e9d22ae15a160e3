// SPDX-License-Identifier: BSD-3-Clause
// error: halo: checkpointed: batch_norm wants its statistics kept
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/checkpointed.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<linear<4, 3>, checkpointed<batch_norm, relu>>::outputs == 3);
