// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `held`, `tensor_state`, `global_state`, `overview`, `context`, `sums` and
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static constexpr float sums = 0;
};

halo::learned::optimizer<own> const rule;
