// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `attends` is a static constexpr bool
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static constexpr int attends = 1;
};

halo::learned::optimizer<own> const rule;
