// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <utility>

#include <halo/core/portable.hpp>
#include <halo/optim/wrapper.hpp>

namespace halo::optim {

/// The rate stays what it is.
struct constant_schedule {
  static constexpr void record(auto&, auto&& f) { f.constant("name", "constant"); }
  [[nodiscard]] double operator()(std::uint64_t) const noexcept { return 1.0; }
};

/// The rate is multiplied by factor after every `period` steps.
struct step_decay {
  std::uint64_t period = 1000;  ///< steps between two decays
  double factor = 0.1;          ///< of each decay
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "step_decay");
    f.option("period", self.period, allowed::at_least(1));
    f.option("factor", self.factor, allowed::share());
  }
  [[nodiscard]] double operator()(std::uint64_t step) const noexcept {
    return core::portable_power(factor, step / period);
  }
};

/// Half a cosine from 1 down to `final` over `steps`, then `final` [Loshchilov & Hutter 2017, eq.
/// 5]; before it, optionally, a linear rise over `warm_up` steps (the first step has 1/warm_up).
struct cosine {
  std::uint64_t steps = 1000;  ///< after which the factor stays
  double final = 0.0;          ///< the factor then
  std::uint64_t warm_up = 0;   ///< steps in which it rises to 1
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "cosine");
    f.option("steps", self.steps, allowed::at_least(1));
    f.option("final", self.final, allowed::share());
    f.option("warm_up", self.warm_up, allowed::non_negative());
  }
  [[nodiscard]] double operator()(std::uint64_t step) const noexcept {
    if (step < warm_up) return static_cast<double>(step + 1) / static_cast<double>(warm_up);
    std::uint64_t const t = step - warm_up;
    if (t >= steps) return final;
    double const turn = 0.5 * static_cast<double>(t) / static_cast<double>(steps);
    return final + (1.0 - final) * 0.5 * (1.0 + core::portable_turn(turn)[0]);
  }
};

/// Where a run stands, for schedules that want to know more than their own steps.
struct moment {
  std::uint64_t steps = 0;    ///< that the schedule has counted
  std::uint64_t horizon = 0;  ///< steps of the run (step_context::horizon); 0: nobody knows
  std::uint64_t elapsed = 0;  ///< how many of them are over
};

/// A rise over the first share of the run and a fall to zero at its end, whatever its length:
///     min(1, (t+1) / (warm_up T)) · (1 - t/T)^end
/// with T the horizon that adapt::run tells and t the steps of it that are over. Where nobody knows
/// it, or it is over, a rise over ten steps and a constant rate, which wants averaged weights; a
/// rate that falls wants the raw ones.
struct by_horizon {
  double warm_up = 0.1;  ///< share of the run
  double end = 1;        ///< 1: straight down; 0: no fall
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "by_horizon");
    f.option("warm_up", self.warm_up, allowed::share());
    f.option("end", self.end, allowed::non_negative());
  }
  [[nodiscard]] double operator()(moment const& m) const noexcept {
    bool const known = m.elapsed < m.horizon;
    auto const t = static_cast<double>(known ? m.elapsed : m.steps);
    auto const all = static_cast<double>(m.horizon);
    double const rise = std::min(1.0, (t + 1) / std::max(1.0, known ? all * warm_up : 10.0));
    return known ? rise * core::portable_power(1 - t / all, end) : rise;
  }
};

/// A schedule: schedule(std::uint64_t step) or schedule(optim::moment) gives the factor, and it has
/// a record.
template <class S>
concept rate_schedule = recordable<S> && (
                                             requires(S const& s) {
                                               {
                                                 s(std::uint64_t{})
                                               } -> std::convertible_to<double>;
                                             } ||
                                             requires(S const& s) {
                                               { s(moment{}) } -> std::convertible_to<double>;
                                             });

/// Any optimizer with its rate multiplied by a schedule's factor, through step_context::rate.
///
/// A step is counted when it changed something (status::done).
///
///     optim::scheduled(optim::adam{}, optim::cosine{.steps = 5000, .warm_up = 100})
///     optim::scheduled(optim::adam{}, optim::by_horizon{})  // of any length
template <class Inner, class Schedule>
struct scheduled : wrapper<scheduled<Inner, Schedule>, Inner> {
  static_assert(rate_schedule<Schedule>,
                "halo: scheduled: a schedule gives a factor, schedule(std::uint64_t step) or "
                "schedule(optim::moment), and has a record");
  Schedule schedule{};  ///< the factor of each step

  using base = wrapper<scheduled, Inner>;
  static constexpr char const* wrapper_name = "scheduled";
  static constexpr void record(auto& self, auto&& f) {
    base::record(self, f);
    f.part("schedule", self.schedule);
  }

  constexpr scheduled() = default;
  /// An optimizer whose rate follows a schedule.
  constexpr scheduled(Inner optimizer, Schedule s = {})
      : base(std::move(optimizer)), schedule(std::move(s)) {}

  template <parameter_layout Layout, floating T = float>
  struct state : wrapped_state<typename Inner::template state<Layout, T>> {
    std::uint64_t steps = 0;  ///< done so far
    static constexpr void record(auto& self, auto&& f) {
      state::wrapped_state::record(self, f);
      f.number("steps", self.steps);
    }
  };

  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> context = {}) const noexcept {
    if constexpr (std::invocable<Schedule const&, std::uint64_t>)
      context.rate *= schedule(s.steps);
    else
      context.rate *= schedule(moment{s.steps, context.horizon, context.elapsed});
    status const result = this->inner.step(theta, gradient, s.inner, context);
    if (result == status::done) ++s.steps;
    return result;
  }
};

}  // namespace halo::optim

#include <halo/macros_back.hpp>
