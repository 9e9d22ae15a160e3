// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `name`, a static constexpr char const*, is missing
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void name();
};

halo::learned::optimizer<own> const rule;
