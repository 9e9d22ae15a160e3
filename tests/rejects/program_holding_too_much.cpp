// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `held` is a part of `state`
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  static constexpr std::size_t held = 2;
};

halo::learned::optimizer<own> const rule;
