// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `operations_per_parameter`, multiply-adds of a step for each parameter
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void operations_per_parameter();
};

halo::learned::optimizer<own> const rule;
