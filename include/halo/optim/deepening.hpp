// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/policy.hpp>

namespace halo::optim {

/// Where staged deepening begins.
enum class begin_at : unsigned char {
  head,    ///< the last layer alone
  second,  ///< all layers but the first
  all,     ///< all layers: no stages
};

/// The depth at which a network of so many layers begins, at least 1.
[[nodiscard]] constexpr std::size_t first_depth(begin_at b, std::size_t layers) noexcept {
  if (b == begin_at::all) return layers;
  return b == begin_at::head || layers < 3 ? 1 : layers - 1;
}

/// A policy: at first only the upper layers learn, and one more whenever the loss stops falling.
///
/// With the fast and the slow running mean of the mini-batches' losses, a ← a + (l - a)/10 and
/// s ← s + (l - s)/40 (both begin at the first loss), and n the steps of this stage: where the
/// upper d of L layers learn, d < L, n >= 20 and a > 0.93 s, then d ← d + 1, n ← 0, s ← 1.3 a.
/// Whole layers from the bottom are what saves most: nothing runs backward through them. Needs no
/// horizon; asks for small mini-batches, which is the other half of what it saves.
struct deepening {
  begin_at begin = begin_at::second;
  std::size_t rows = 16;        ///< examples of a mini-batch
  std::uint64_t patience = 20;  ///< fewest steps of a stage
  double plateau = 0.93;        ///< share of s that a is to fall below
  double lift = 1.3;            ///< s of the next stage over a

  struct state {
    std::uint64_t deeper = 0;  ///< layers more than at the beginning
    std::uint64_t steps = 0;   ///< of this stage
    std::uint64_t started = 0;
    double fast = 0;
    double slow = 0;
    template <class F>
    void fields(F&& f) {
      f("deeper", std::span<std::uint64_t, 1>(&deeper, 1));
      f("stage_steps", std::span<std::uint64_t, 1>(&steps, 1));
      f("started", std::span<std::uint64_t, 1>(&started, 1));
      f("fast", std::span<double, 1>(&fast, 1));
      f("slow", std::span<double, 1>(&slow, 1));
    }
  };
  static constexpr bool selective = false;

  /// How many of the upper layers learn.
  [[nodiscard]] constexpr std::size_t depth(state const& s, std::size_t layers) const noexcept {
    return first_depth(begin, layers) + static_cast<std::size_t>(s.deeper);
  }
  [[nodiscard]] decision decide(state const& s, generator const&, std::uint64_t,
                                std::size_t layers) const noexcept {
    return {.layers = layer_mask::top(depth(s, layers), layers), .rows = rows};
  }
  void observe(state& s, observation const& o) const noexcept {
    if (s.started == 0) s.fast = s.slow = o.loss;
    s.started = 1;
    s.fast += (o.loss - s.fast) / 10;
    s.slow += (o.loss - s.slow) / 40;
    ++s.steps;
    if (depth(s, o.layers) >= o.layers || s.steps < patience || s.fast <= plateau * s.slow) return;
    ++s.deeper;
    s.steps = 0;
    s.slow = lift * s.fast;
  }
};
static_assert(policy<deepening>);

/// A policy: deepening at fixed shares of a budget, where it is known in advance.
///
/// The last layer alone until `head` of the operations are spent, all but the first until `second`,
/// then all.
struct fixed_stages {
  std::uint64_t operations = 0;  ///< of the whole run, the optimizer's included
  double head = 0.03;
  double second = 0.2;
  std::size_t rows = 16;  ///< examples of a mini-batch

  struct state {
    std::uint64_t spent = 0;
    template <class F>
    void fields(F&& f) {
      f("spent", std::span<std::uint64_t, 1>(&spent, 1));
    }
  };
  static constexpr bool selective = false;

  [[nodiscard]] decision decide(state const& s, generator const&, std::uint64_t,
                                std::size_t layers) const noexcept {
    double const share = static_cast<double>(s.spent);
    double const all = static_cast<double>(operations);
    std::size_t const depth = share < head * all     ? first_depth(begin_at::head, layers)
                              : share < second * all ? first_depth(begin_at::second, layers)
                                                     : layers;
    return {.layers = layer_mask::top(depth, layers), .rows = rows};
  }
  void observe(state& s, observation const& o) const noexcept { s.spent += o.operations; }
};
static_assert(policy<fixed_stages>);

}  // namespace halo::optim
