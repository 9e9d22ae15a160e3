// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: one that attends says by `at_true` which number of a coordinate
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static constexpr bool attends = true;
};

halo::learned::optimizer<own> const rule;
