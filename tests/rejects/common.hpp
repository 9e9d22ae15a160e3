// SPDX-License-Identifier: BSD-3-Clause
// What most programs that must not compile include; each includes what it needs itself, too.
#pragma once

#include <halo/adapt.hpp>
#include <halo/device.hpp>
