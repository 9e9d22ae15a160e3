// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: a member has almost the name of one that a program may have
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static constexpr std::size_t operation_per_tensor = 3;
};

halo::learned::optimizer<own> const rule;
