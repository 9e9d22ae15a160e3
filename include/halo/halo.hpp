// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// All of halo. A program that must compile fast includes the rooms it uses.

#include <halo/macros_aside.hpp>

#include <halo/adapt.hpp>
#include <halo/autodiff.hpp>
#include <halo/core.hpp>
#include <halo/data.hpp>
#include <halo/energy.hpp>
#include <halo/io.hpp>
#include <halo/kernel.hpp>
#include <halo/learned.hpp>
#include <halo/measure.hpp>
#include <halo/meta.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>
#include <halo/simd.hpp>
#include <halo/task.hpp>
#include <halo/tensor.hpp>
#include <halo/zoo.hpp>

#include <halo/macros_back.hpp>
