// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/learned/halo_rule.hpp>
#include <halo/optim.hpp>

#include "contest.hpp"

namespace support {

/// halo as its rule is without its policy, so that it is compiled once.
using halo_rule = halo::optim::averaged<halo::learned::tensor_rnn<>>;

/// halo dense, with random layers, and in stages, which is what it does unless told.
template <class Network>
void add_halo(contest<Network>& c, halo::optim::selection const& masks, bool plotted_masks) {
  halo_rule const rule = halo::learned::halo_rule{};
  c.add(c.with("halo", "all", rule, halo::optim::selection::dense()), true);
  c.add(c.with("halo", "10/30/50", rule, masks), plotted_masks);
  c.next_color();
  c.add(c.with("halo", "staged", rule, halo::optim::gated<>{}), true);
  c.next_color();
}

/// Adam at its default and at the best of all rates, dense and with random layers; then halo.
template <class Network>
void halo_beside_adam(contest<Network>& c, halo::optim::selection const& masks) {
  c.both("adam", halo::optim::adam{}, masks, true, true);
  c.add(c.tuned_adam("all", halo::optim::selection::dense()), true);
  c.add(c.tuned_adam("10/30/50", masks), true);
  c.next_color();
  add_halo(c, masks, true);
}
/// How many arms that runs.
[[nodiscard]] inline std::size_t halo_beside_adam_runs(contest_settings const& s) {
  return 2 + 2 * s.rates.size() + 3;
}

}  // namespace support
