// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/kernel/gemm.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/kernel/update.hpp>
