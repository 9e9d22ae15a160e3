// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `table`, a static constexpr weight_table, is missing
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void table();
};

halo::learned::optimizer<own> const rule;
