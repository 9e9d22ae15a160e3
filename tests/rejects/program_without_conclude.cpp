// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `conclude` is a static template called as conclude(reader, facts, Z const*
// total
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void conclude();
};

halo::learned::optimizer<own> const rule;
