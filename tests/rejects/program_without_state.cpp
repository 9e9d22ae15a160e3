// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `state`, how many numbers a coordinate keeps
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void state();
};

halo::learned::optimizer<own> const rule;
