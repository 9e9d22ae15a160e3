// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/policy.hpp>

namespace halo::optim {

/// Where staged deepening begins.
enum class start_depth : unsigned char {
  head,           ///< the last layer alone
  all_but_first,  ///< all layers but the first
  all,            ///< all layers: no stages
};

/// The depth at which a network of so many layers begins, at least 1.
[[nodiscard]] constexpr std::size_t first_depth(start_depth b, std::size_t layers) noexcept {
  if (b == start_depth::all) return layers;
  return b == start_depth::head || layers < 3 ? 1 : layers - 1;
}

/// A policy: at first only the upper layers learn, and one more whenever the loss stops falling.
///
/// With the fast and the slow running mean of the mini-batches' losses l and the running mean of
/// the noise about the fast one,
///     σ² ← σ² + ((l - a)² - σ²)/40,  a ← a + (l - a)/10,  s ← s + (l - s)/40,
/// both means beginning at the first loss, h the highest s so far, and n the steps of this stage:
/// where the upper d of L layers learn, d < L, n >= patience and
///     s - a <= max(plateau·σ, floor·(h - a)),
/// then d ← d + 1, n ← 0, s ← a + lift·σ. Only differences of losses count, against their own noise
/// and against what was gained so far: it decides alike for a loss that is shifted or scaled.
/// Whole layers from the bottom are what saves most: nothing runs backward through them. Needs no
/// horizon; asks for small mini-batches, which is the other half of what it saves.
struct deepening {
  start_depth begin = start_depth::all_but_first;
  std::size_t rows = 16;        ///< examples of a mini-batch
  std::uint64_t patience = 20;  ///< fewest steps of a stage
  double plateau = 0.2;         ///< of the noise, by which a lies below s while the loss falls
  double floor = 0.02;          ///< of the fall so far, by which it does
  double lift = 0.8;            ///< of the noise, by which the next stage's s lies above a

  static constexpr double most = 1e100;  ///< what losses are cut to: their squares stay finite

  struct state {
    std::uint64_t deeper = 0;   ///< layers more than at the beginning
    std::uint64_t steps = 0;    ///< of this stage
    std::uint64_t started = 0;  ///< 1 after the first loss
    double fast = 0;            ///< a
    double slow = 0;            ///< s
    double highest = 0;         ///< h
    double variance = 0;        ///< σ²
    static constexpr void record(auto& self, auto&& f) {
      f.number("deeper", self.deeper, allowed::between(0, layer_mask::capacity));
      f.number("steps", self.steps);
      f.number("started", self.started, allowed::between(0, 1));
      f.number("fast", self.fast, allowed::between(-most, most));
      f.number("slow", self.slow, allowed::between(-most, most));
      f.number("highest", self.highest, allowed::between(-most, most));
      f.number("variance", self.variance, allowed::between(0, 10 * most * most));
    }
  };
  static constexpr bool selective = false;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "deepening");
    f.option("begin", self.begin);
    f.option("rows", self.rows, allowed::non_negative());
    f.option("patience", self.patience, allowed::at_least(1));
    f.option("plateau", self.plateau, allowed::non_negative());
    f.option("floor", self.floor, allowed::share());
    f.option("lift", self.lift, allowed::non_negative());
  }

  /// How many of the upper layers learn.
  [[nodiscard]] constexpr std::size_t depth(state const& s, std::size_t layers) const noexcept {
    return std::min(first_depth(begin, layers) + static_cast<std::size_t>(s.deeper), layers);
  }
  [[nodiscard]] decision decide(state const& s, generator const&, std::uint64_t,
                                std::size_t layers) const noexcept {
    return {.layers = layer_mask::top(depth(s, layers), layers), .rows = rows};
  }
  void observe(state& s, observation const& o) const noexcept {
    double const loss = std::clamp(o.loss, -most, most);
    if (s.started == 0) s.fast = s.slow = s.highest = loss;
    s.started = 1;
    double const off = loss - s.fast;
    s.variance += (off * off - s.variance) / 40;
    s.fast += off / 10;
    s.slow += (loss - s.slow) / 40;
    s.highest = std::max(s.highest, s.slow);
    if (s.steps < patience) ++s.steps;
    if (depth(s, o.layers) >= o.layers || s.steps < patience) return;
    double const noise = std::sqrt(s.variance);
    if (s.slow - s.fast > std::max(plateau * noise, floor * (s.highest - s.fast))) return;
    ++s.deeper;
    s.steps = 0;
    s.slow = std::clamp(s.fast + lift * noise, -most, most);
  }
};
static_assert(policy<deepening>);

/// A policy: deepening at fixed shares of a budget, where it is known in advance.
///
/// The last layer alone until a share of the operations is spent, all but the first until another,
/// then all.
struct fixed_stages {
  std::uint64_t operations = 0;      ///< of the whole run, the optimizer's included
  double head_until = 0.03;          ///< share of them until which the last layer alone learns
  double all_but_first_until = 0.2;  ///< share until which all but the first do
  std::size_t rows = 16;             ///< examples of a mini-batch

  struct state {
    std::uint64_t operations = 0;  ///< multiply-adds so far
    static constexpr void record(auto& self, auto&& f) { f.number("operations", self.operations); }
  };
  static constexpr bool selective = false;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "fixed_stages");
    f.option("operations", self.operations, allowed::non_negative());
    f.option("head_until", self.head_until, allowed::share());
    f.option("all_but_first_until", self.all_but_first_until, allowed::share());
    f.option("rows", self.rows, allowed::non_negative());
  }

  [[nodiscard]] decision decide(state const& s, generator const&, std::uint64_t,
                                std::size_t layers) const noexcept {
    double const share = static_cast<double>(s.operations);
    double const all = static_cast<double>(operations);
    std::size_t const depth = share < head_until * all ? first_depth(start_depth::head, layers)
                              : share < all_but_first_until * all
                                  ? first_depth(start_depth::all_but_first, layers)
                                  : layers;
    return {.layers = layer_mask::top(depth, layers), .rows = rows};
  }
  void observe(state& s, observation const& o) const noexcept {
    std::uint64_t const most = std::numeric_limits<std::uint64_t>::max();
    s.operations = s.operations > most - o.operations ? most : s.operations + o.operations;
  }
};
static_assert(policy<fixed_stages>);

}  // namespace halo::optim

#include <halo/macros_back.hpp>
