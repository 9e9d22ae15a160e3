// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

#include <halo/optim/operations.hpp>
#include <halo/optim/optimizer.hpp>

namespace halo::optim {

/// The rate stays what it is.
struct constant_schedule {
  [[nodiscard]] double operator()(std::uint64_t) const noexcept { return 1.0; }
};

/// The rate is multiplied by factor after every `period` steps.
struct step_decay {
  std::uint64_t period = 1000;
  double factor = 0.1;
  [[nodiscard]] double operator()(std::uint64_t step) const noexcept {
    return std::pow(factor, static_cast<double>(step / (period == 0 ? 1 : period)));
  }
};

/// Half a cosine from 1 down to `final` over `steps`, then `final` [Loshchilov & Hutter 2017, eq.
/// 5]; before it, optionally, a linear rise over `warm_up` steps (the first step has 1/warm_up).
struct cosine {
  std::uint64_t steps = 1000;
  double final = 0.0;
  std::uint64_t warm_up = 0;
  [[nodiscard]] double operator()(std::uint64_t step) const noexcept {
    if (step < warm_up) return static_cast<double>(step + 1) / static_cast<double>(warm_up);
    std::uint64_t const t = step - warm_up;
    if (t >= steps) return final;
    double const phase =
        3.14159265358979323846 * static_cast<double>(t) / static_cast<double>(steps);
    return final + (1.0 - final) * 0.5 * (1.0 + std::cos(phase));
  }
};

/// Any optimizer whose config has a rate, or that has scale_rate(factor), with the rate multiplied
/// by Schedule(step).
///
/// A step is counted when it changed something (status::done).
template <class Inner, class Schedule>
struct scheduled {
  Inner inner{};
  Schedule schedule{};

  static constexpr char const* name = Inner::name;
  static constexpr std::size_t operations_per_parameter = Inner::operations_per_parameter;

  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask) noexcept {
    return optim::operations<Inner, Layout>(mask);
  }

  template <parameter_layout Layout, floating T = float>
  struct state {
    using layout = Layout;
    using scalar = T;
    typename Inner::template state<Layout, T> inner;
    std::uint64_t steps = 0;
    template <class F>
    void fields(F&& f) {
      inner.fields(f);
      f("schedule_steps", std::span<std::uint64_t, 1>(&steps, 1));
    }
  };
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return {inner.template init<Layout, T>(), 0};
  }

  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> const& context = {}) const noexcept {
    Inner now = inner;
    double const factor = schedule(s.steps);
    if constexpr (requires { now.scale_rate(factor); })
      now.scale_rate(factor);
    else
      now.config.rate = static_cast<decltype(now.config.rate)>(now.config.rate * factor);
    status const result = now.step(theta, gradient, s.inner, context);
    if (result == status::done) ++s.steps;
    return result;
  }
};

}  // namespace halo::optim
