// SPDX-License-Identifier: BSD-3-Clause
// error: halo: residual: the layers give another shape than the shortcut
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<linear<4, 3>, residual<linear<3, 5>>, linear<5, 1>>::outputs == 1);
