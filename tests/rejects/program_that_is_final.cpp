// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: a class that is not final
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own final : support::learned_rate {};

halo::learned::optimizer<own> const rule;
