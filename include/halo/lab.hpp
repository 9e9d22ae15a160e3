// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// All of halo by storeys: device and store, and what a laboratory needs besides: the tape, unrolled
// optimizers, tasks, meta-training, networks of the papers.

#include <halo/macros_aside.hpp>

#include <halo/autodiff/check.hpp>
#include <halo/autodiff/dense.hpp>
#include <halo/autodiff/fast.hpp>
#include <halo/autodiff/gradient.hpp>
#include <halo/autodiff/sweep.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>
#include <halo/learned/lane_gradient.hpp>
#include <halo/learned/scalar_gradient.hpp>
#include <halo/learned/taped_reader.hpp>
#include <halo/learned/unroll.hpp>
#include <halo/meta.hpp>
#include <halo/optim/contract.hpp>
#include <halo/optim/contract_subject.hpp>
#include <halo/store.hpp>
#include <halo/task.hpp>
#include <halo/zoo.hpp>

#include <halo/macros_back.hpp>
