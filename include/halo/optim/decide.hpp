// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/policy.hpp>

// Where a policy meets the network it decides for.

namespace halo::optim {

/// What a policy wants, cut to what there is: the one place where a decision enters.
///
/// Layers beyond the network's are left out, so a mask of those alone is an empty one. The hardest
/// are fewer than the rows they are of, or else 0, all: where the policy says nothing about rows,
/// asks for as many or more, or is not `selective`. Rows are at most 2³¹, the share kept.
template <policy P>
[[nodiscard]] decision decide(P const& p, typename P::state const& s, generator const& g,
                              std::uint64_t step, std::size_t layers) noexcept {
  decision d = p.decide(s, g, step, layers);
  d.layers = d.layers & layer_mask::all(layers);
  if (!P::selective || d.hardest >= d.rows) d.hardest = 0;
  while (d.rows > std::uint64_t{1} << 31U) {
    d.rows >>= 1;
    d.hardest = d.hardest == 1 ? 1 : d.hardest >> 1;
  }
  return d;
}

/// What it decides in step `step` of a run of this seed, wherever the run is: on a device or in
/// meta-training.
template <policy P>
[[nodiscard]] decision decide(P const& p, typename P::state const& s, seed of_run,
                              std::uint64_t step, std::size_t layers) noexcept {
  return decide(p, s, generator(of_run, 0x6d61736b), step, layers);  // "mask"
}

/// Why a policy is not one for a network of so many layers; null where it is.
template <policy P>
[[nodiscard]] constexpr char const* misfit(P const& p, std::size_t layers) noexcept {
  if constexpr (requires {
                  { p.misfit(layers) } -> std::convertible_to<char const*>;
                })
    return p.misfit(layers);
  else
    return nullptr;
}

/// Looks at a policy before it decides anything for a network of so many layers.
/// @throws halo::error for an option out of its range, or a policy for another number of layers
template <policy P>
void check_policy(P const& p, std::size_t layers) {
  check_options(p, "policy");
  if (char const* const reason = misfit(p, layers))
    fail([&] {
      return complaint("policy", "", reason, "a network of " + std::to_string(layers) + " layers");
    });
}

}  // namespace halo::optim
