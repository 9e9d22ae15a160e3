// SPDX-License-Identifier: BSD-3-Clause
// error: halo: meta: the policy may run backward on the hardest examples alone
#include <halo/learned/rnnprop.hpp>
#include <halo/meta/slot.hpp>
#include <halo/optim/gated.hpp>

#include "../support/two_tensors.hpp"

using namespace halo;
using task_type = support::two_tensors<float>;

auto const place =
    meta::task_slot<learned::rnnprop_program<>, task_type, optim::gated<>>(task_type{}, 1);
