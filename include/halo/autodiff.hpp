// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/autodiff/check.hpp>
#include <halo/autodiff/compound.hpp>
#include <halo/autodiff/dense.hpp>
#include <halo/autodiff/dual.hpp>
#include <halo/autodiff/fast.hpp>
#include <halo/autodiff/gradient.hpp>
#include <halo/autodiff/planar.hpp>
#include <halo/autodiff/planar_conv2d.hpp>
#include <halo/autodiff/planar_gemm.hpp>
#include <halo/autodiff/scalar.hpp>
#include <halo/autodiff/sweep.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>

#include <halo/macros_back.hpp>
