// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/zoo/networks.hpp>

// What halo-specialise is built for unless HALO_NETWORK_HEADER names a header of yours, which
// defines the same name: a network whose outputs are logits of classes.

using network = halo::zoo::gas_sensor_mlp<>;
