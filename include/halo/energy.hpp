// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/energy/step_cost.hpp>

#include <halo/macros_back.hpp>
