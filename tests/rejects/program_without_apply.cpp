// SPDX-License-Identifier: BSD-3-Clause
// error: halo: program: `apply` is a static template called as apply(reader, V gradient, V theta
#include <halo/learned/optimizer.hpp>

#include "../support/learned_rate.hpp"

struct own : support::learned_rate {
  template <class R, class V>
  static void apply(R const&, V const&, V const&, V*, V const*) {}
};

halo::learned::optimizer<own> const rule;
