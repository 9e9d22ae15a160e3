// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `operations_per_step` is a static constexpr std::size_t
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static constexpr double operations_per_step = 2.5;
};

halo::learned::optimizer<own> const rule;
