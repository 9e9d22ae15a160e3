// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `initial` is a static template called as initial(reader, facts, Z*
// coordinate
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void initial();
};

halo::learned::optimizer<own> const rule;
