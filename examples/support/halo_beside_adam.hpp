// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>

#include <halo/learned/halo_rule.hpp>
#include <halo/optim.hpp>

#include "contest.hpp"

namespace support {

/// halo by the type that its untrained self has too, so that it is compiled once.
using halo_rule = halo::optim::averaged<halo::learned::horizon_rule<>>;

/// Hand-made optimizers at a rate, for runs of a length. Weights are averaged beside all.
[[nodiscard]] inline auto momentum_at(float rate, std::uint64_t) {
  return halo::optim::averaged<halo::optim::momentum>{{{.rate = rate}}};
}
[[nodiscard]] inline auto adam_at(float rate, std::uint64_t) {
  return halo::optim::averaged<halo::optim::adam>{{{.rate = rate}}};
}
/// AdamW that warms up for a tenth of the run and falls to nothing along a cosine.
[[nodiscard]] inline auto adamw_at(float rate, std::uint64_t steps) {
  using rule = halo::optim::scheduled<halo::optim::adam, halo::optim::cosine>;
  std::uint64_t const warm_up = steps / 10;
  return halo::optim::averaged<rule>{
      {halo::optim::adamw(rate, 0.01F),
       {.steps = std::max<std::uint64_t>(steps - warm_up, 1), .warm_up = warm_up}}};
}

/// halo on all layers, which is what it does unless told, with random layers, and in stages.
template <class Network, bool Starts>
void add_halo(contest<Network, Starts>& c, halo::optim::selection const& masks,
              bool plotted_masks) {
  auto const rule = [](std::uint64_t) -> halo_rule { return halo::learned::halo_rule{}; };
  c.add(c.with("halo", "all", rule, halo::optim::selection::dense()), true);
  c.add(c.with("halo", "10/30/50", rule, masks), plotted_masks);
  c.next_color();
  c.add(c.with("halo", "staged", rule, halo::optim::gated<>{}), true);
  c.next_color();
}

/// Adam at 0.003 and at the best of all rates, dense and with random layers; then halo.
template <class Network, bool Starts>
void halo_beside_adam(contest<Network, Starts>& c, halo::optim::selection const& masks) {
  c.fixed_and_best("adam", 3e-3F, "all", adam_at, halo::optim::selection::dense());
  c.fixed_and_best("adam", 3e-3F, "10/30/50", adam_at, masks);
  add_halo(c, masks, true);
}
/// How many arms that runs.
[[nodiscard]] inline std::size_t halo_beside_adam_runs(contest_settings const& s) {
  return 2 * s.rates_and(3e-3F).size() + 3;
}

}  // namespace support
