// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/meta/any_visitor.hpp>
#include <halo/meta/average_loss.hpp>
#include <halo/meta/checkpoint.hpp>
#include <halo/meta/dealing.hpp>
#include <halo/meta/draws.hpp>
#include <halo/meta/evolution.hpp>
#include <halo/meta/grid.hpp>
#include <halo/meta/header_writer.hpp>
#include <halo/meta/iterates.hpp>
#include <halo/meta/meta_loss.hpp>
#include <halo/meta/meta_optimizer.hpp>
#include <halo/meta/numbers.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/pool_training.hpp>
#include <halo/meta/pretrain.hpp>
#include <halo/meta/problem.hpp>
#include <halo/meta/regret.hpp>
#include <halo/meta/sampling.hpp>
#include <halo/meta/slot.hpp>
#include <halo/meta/spectral_norm.hpp>
#include <halo/meta/steering.hpp>
#include <halo/meta/trainer.hpp>
#include <halo/meta/training.hpp>
#include <halo/meta/validation.hpp>
#include <halo/meta/whole_runs.hpp>
#include <halo/meta/window.hpp>

#include <halo/macros_back.hpp>
