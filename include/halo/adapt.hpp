// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/budget.hpp>
#include <halo/adapt/run.hpp>
