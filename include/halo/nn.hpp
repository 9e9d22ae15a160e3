// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/chain.hpp>
#include <halo/nn/checkpointed.hpp>
#include <halo/nn/composite.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/dropout.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/group_norm.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/plan.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/nn/summary.hpp>
#include <halo/nn/window.hpp>
