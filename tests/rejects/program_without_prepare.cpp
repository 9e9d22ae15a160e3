// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `prepare` is a static template called as prepare(reader, facts, Z const*
// tensor
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void prepare();
};

halo::learned::optimizer<own> const rule;
