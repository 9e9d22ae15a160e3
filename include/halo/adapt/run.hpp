// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/budget.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/stopwatch.hpp>

namespace halo::adapt {

/// How a run ended.
struct outcome {
  stop reason = stop::iterations;
  totals spent;         ///< by this run alone
  double seconds = 0;   ///< wall time, evaluations included
  double accuracy = 0;  ///< of the last evaluation; 0 if there was none
};

/// Does nothing after a step.
struct no_observer {
  template <class Report>
  void operator()(Report const&) const noexcept {}
};

/// The next mini-batch: of the size that the device's policy wants, where it wants one and the
/// stream can give it.
template <class Device, class Stream>
auto next_batch(Device const& device, Stream& stream) {
  if constexpr (requires { stream.next(std::size_t{}); }) {
    if (std::size_t const n = device.wanted_batch(); n > 0) return stream.next(n);
  }
  return stream.next();
}

/// Steps through a stream of mini-batches until the budget is spent.
///
/// The held-out examples are evaluated every so many iterations if they are needed to reach
/// budget.accuracy. Adds no allocation to those of the stream.
/// @param stream    next() gives something with contiguous x [rows, inputs] and y [rows]; where
///                  there is next(rows), the policy's wish is followed
/// @param held_out  has x and y; its accuracy is the one a budget aims at
/// @param every     at least 1
/// @param observe   called with the report of every step
template <class Device, class Stream, class HeldOut, class Observer = no_observer>
  requires requires(HeldOut const& h) {
    h.x;
    h.y;
  }
outcome run(Device& device, Stream& stream, budget const& limits, HeldOut const& held_out,
            std::uint64_t every = 100, Observer&& observe = {}) {
  HALO_EXPECTS(every > 0, "run: evaluates every so many iterations, at least 1");
  stopwatch const clock;
  totals const before = device.spent();
  outcome o;
  std::uint64_t bad = 0;
  auto const spent = [&] {
    totals const& now = device.spent();
    return totals{.iterations = now.iterations - before.iterations,
                  .empty = now.empty - before.empty,
                  .non_finite = now.non_finite - before.non_finite,
                  .operations = now.operations - before.operations,
                  .layers = now.layers - before.layers};
  };
  for (;;) {
    o.spent = spent();
    o.seconds = clock.seconds();
    if (limits.accuracy <= 1.0 && o.spent.iterations % every == 0) {
      o.accuracy = device.accuracy(held_out.x, held_out.y);
      if (o.accuracy >= limits.accuracy) {
        o.reason = stop::accuracy;
        return o;
      }
    }
    o.reason = bad >= limits.non_finite                  ? stop::non_finite
               : o.spent.iterations >= limits.iterations ? stop::iterations
               : o.spent.operations >= limits.operations ? stop::operations
                                                         : stop::time;
    if (o.reason != stop::time || o.seconds >= limits.seconds) return o;
    auto const [x, y] = next_batch(device, stream);
    auto const r = device.step(x, y);
    bad = r.finite() ? 0 : bad + 1;
    observe(r);
  }
}

/// The same without held-out examples: budget.accuracy is not looked at.
template <class Device, class Stream, class Observer = no_observer>
outcome run(Device& device, Stream& stream, budget limits, Observer&& observe = {}) {
  struct nothing {
    std::span<float const> x;
    std::span<typename Device::target const> y;
  };
  limits.accuracy = 2.0;
  return run(device, stream, limits, nothing{}, 1, observe);
}

}  // namespace halo::adapt
