// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `observe` is a static template called as observe(reader, V gradient, V
// theta
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void observe();
};

halo::learned::optimizer<own> const rule;
