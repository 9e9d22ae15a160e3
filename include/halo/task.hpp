// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/task/task.hpp>
