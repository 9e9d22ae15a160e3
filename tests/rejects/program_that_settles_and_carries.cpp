// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: one that settles carries nothing: `carry` is 0
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  template <class R, class Z>
  static void settle(R const&, auto const&, Z const*, Z const*, Z*) {}
};

halo::learned::optimizer<own> const rule;
