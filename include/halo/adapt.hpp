// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/arguments.hpp>
#include <halo/adapt/assigned.hpp>
#include <halo/adapt/budget.hpp>
#include <halo/adapt/buffer.hpp>
#include <halo/adapt/buffer_options.hpp>
#include <halo/adapt/carry.hpp>
#include <halo/adapt/checkpoint.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/adapt/decided.hpp>
#include <halo/adapt/discriminant.hpp>
#include <halo/adapt/estimated.hpp>
#include <halo/adapt/evaluate.hpp>
#include <halo/adapt/features.hpp>
#include <halo/adapt/federated_average.hpp>
#include <halo/adapt/goals.hpp>
#include <halo/adapt/guarded_update.hpp>
#include <halo/adapt/hardest.hpp>
#include <halo/adapt/inference.hpp>
#include <halo/adapt/integers.hpp>
#include <halo/adapt/judged.hpp>
#include <halo/adapt/layer_flags.hpp>
#include <halo/adapt/make.hpp>
#include <halo/adapt/nearest_mean.hpp>
#include <halo/adapt/operations.hpp>
#include <halo/adapt/outcome.hpp>
#include <halo/adapt/page_hinkley.hpp>
#include <halo/adapt/planned.hpp>
#include <halo/adapt/predictor.hpp>
#include <halo/adapt/prospect.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/run.hpp>
#include <halo/adapt/safeguard.hpp>
#include <halo/adapt/settings.hpp>
#include <halo/adapt/snapshot.hpp>
#include <halo/adapt/spending.hpp>
#include <halo/adapt/start_head.hpp>
#include <halo/adapt/statistics.hpp>
#include <halo/adapt/until.hpp>
#include <halo/adapt/verdict.hpp>

#include <halo/macros_back.hpp>
