// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `decide` is a static template called as decide(reader, facts, Z const* mean
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void decide();
};

halo::learned::optimizer<own> const rule;
