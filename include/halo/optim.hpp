// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/optim/adagrad.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/contract.hpp>
#include <halo/optim/contract_subject.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/decide.hpp>
#include <halo/optim/deepening.hpp>
#include <halo/optim/dense.hpp>
#include <halo/optim/depth_cut.hpp>
#include <halo/optim/forget.hpp>
#include <halo/optim/gated.hpp>
#include <halo/optim/guard.hpp>
#include <halo/optim/in_parts.hpp>
#include <halo/optim/member_check.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/operations.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/policy.hpp>
#include <halo/optim/pruned.hpp>
#include <halo/optim/pulled.hpp>
#include <halo/optim/random_layers.hpp>
#include <halo/optim/rmsprop.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/selection.hpp>
#include <halo/optim/sgd.hpp>
#include <halo/optim/slimming.hpp>
#include <halo/optim/spared.hpp>
#include <halo/optim/transact.hpp>
#include <halo/optim/wrapper.hpp>

#include <halo/macros_back.hpp>
