// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/energy/bit_fusion.hpp>
#include <halo/energy/estimate.hpp>
#include <halo/energy/eyeriss65.hpp>
#include <halo/energy/horowitz45.hpp>
#include <halo/energy/pass.hpp>
#include <halo/energy/roofline.hpp>
#include <halo/energy/step_cost.hpp>
#include <halo/energy/systolic.hpp>

#include <halo/macros_back.hpp>
