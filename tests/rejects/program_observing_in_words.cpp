// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `observes_constants` is a static constexpr bool
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static constexpr char const* observes_constants = "yes";
};

halo::learned::optimizer<own> const rule;
