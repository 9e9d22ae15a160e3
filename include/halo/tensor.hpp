// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/tensor/array.hpp>
#include <halo/tensor/factory.hpp>
#include <halo/tensor/view.hpp>
#include <halo/tensor/xt.hpp>

#include <halo/macros_back.hpp>
