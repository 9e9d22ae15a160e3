// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/energy/step_cost.hpp>
