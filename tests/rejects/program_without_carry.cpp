// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `carry`, how many numbers observe() hands to apply()
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static constexpr char const* carry = "much";
};

halo::learned::optimizer<own> const rule;
