// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `settle` is a static template called as settle(reader, facts, Z const*
// tensor
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static void settle(int);
};

halo::learned::optimizer<own> const rule;
