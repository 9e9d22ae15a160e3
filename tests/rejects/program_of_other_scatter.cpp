// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `scatter` is called as config.scatter(tensor, elements, T* tiles, T*
// numbers)
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  void scatter();
};

halo::learned::optimizer<own> const rule;
