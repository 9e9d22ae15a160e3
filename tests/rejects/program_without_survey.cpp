// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `survey` is a static template called as survey(reader, facts, Z const*
// total
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void survey();
};

halo::learned::optimizer<own> const rule;
