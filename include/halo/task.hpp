// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/task/adapted.hpp>
#include <halo/task/choice.hpp>
#include <halo/task/few_rows.hpp>
#include <halo/task/fitting.hpp>
#include <halo/task/leave_one_out.hpp>
#include <halo/task/reparametrised.hpp>
#include <halo/task/shuffled.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/task.hpp>
#include <halo/task/teacher.hpp>
#include <halo/task/wrapper.hpp>

#include <halo/macros_back.hpp>
