// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: numbers of its own need a record (core/record.hpp)
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  float temperature = 1;
};

halo::learned::optimizer<own> const rule;
