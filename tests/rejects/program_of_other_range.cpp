// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `range_of` is called as P::range_of(std::size_t k) and gives a
// halo::allowed
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static double range_of(std::size_t);
};

halo::learned::optimizer<own> const rule;
