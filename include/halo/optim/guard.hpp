// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include <halo/core/layer_mask.hpp>
#include <halo/core/record.hpp>
#include <halo/optim/transact.hpp>
#include <halo/optim/wrapper.hpp>

namespace halo::optim {

/// Refuses steps out of all proportion: a mini-batch with a glitch in it, an input of 1e12 where
/// others are of order one, is finite, and one step on it can ruin a network, the running
/// statistics of its batch_norm or an optimizer's mean of squares for good.
///
/// A step has up to three sizes: |loss|, the largest |gradient|, and the largest number among the
/// new running statistics. Of each the guard keeps a level L of what was accepted,
///     L ← max(x, 0.99·L),  x at most 2·max(L, 1): one odd step raises it twofold at most,
/// and refuses x > factor · max(L, 1). Sizes of order one are ordinary whatever came before, so
/// that a network that has learned all it saw still learns from a surprise. A first gradient is
/// refused above 1e9. After `patience` refused steps in a row it was no glitch: the next is
/// accepted, whatever its size, and the level is what it brought.
///
/// A run without glitches has the bits it has without a guard. Costs three comparisons a step; the
/// adapter knows the sizes anyway.
struct guard {
  double factor = 1000;        ///< how many times its level is out of proportion
  std::uint64_t patience = 5;  ///< steps refused in a row after which one is accepted

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "guard");
    f.option("factor", self.factor, allowed::at_least(2));
    f.option("patience", self.patience, allowed::at_least(1));
  }
  /// One that refuses nothing.
  [[nodiscard]] static constexpr guard off() noexcept {
    return {.factor = std::numeric_limits<double>::max()};
  }

  /// Levels; 0 where nothing was accepted yet.
  struct state {
    double loss = 0;            ///< of accepted steps
    double gradient = 0;        ///< largest element, of accepted steps
    double statistics = 0;      ///< largest running statistic, of accepted steps
    std::uint64_t refused = 0;  ///< steps in a row
    static constexpr void record(auto& self, auto&& f) {
      f.number("loss", self.loss, allowed::non_negative());
      f.number("gradient", self.gradient, allowed::non_negative());
      f.number("statistics", self.statistics, allowed::non_negative());
      f.number("refused", self.refused);
    }
  };

  /// The largest |loss|, |gradient| and |running statistic| that are not out of proportion.
  [[nodiscard]] double loss_limit(state const& s) const noexcept {
    return limit(s, s.loss, infinite);
  }
  /// The same of the largest |gradient|.
  [[nodiscard]] double gradient_limit(state const& s) const noexcept {
    return limit(s, s.gradient, 1e9);
  }
  /// The same of the largest |running statistic|.
  [[nodiscard]] double statistics_limit(state const& s) const noexcept {
    return limit(s, s.statistics, 1e9);
  }
  /// Whether a step of these sizes is in proportion; never one that is NaN.
  [[nodiscard]] bool accepts(state const& s, double loss, double gradient,
                             double statistics = 0) const noexcept {
    return std::abs(loss) <= loss_limit(s) && gradient <= gradient_limit(s) &&
           statistics <= statistics_limit(s);
  }

  /// To be called after a step that was done, with its sizes.
  void accepted(state& s, double loss, double gradient, double statistics = 0) const noexcept {
    bool const anew = s.refused >= patience;
    raise(s.loss, std::abs(loss), anew);
    raise(s.gradient, gradient, anew);
    raise(s.statistics, statistics, anew);
    s.refused = 0;
  }
  /// To be called after a step that was refused for its sizes.
  void refused(state& s) const noexcept {
    if (s.refused < patience) ++s.refused;
  }

 private:
  static constexpr double infinite = std::numeric_limits<double>::infinity();

  [[nodiscard]] double limit(state const& s, double level, double first) const noexcept {
    if (factor == std::numeric_limits<double>::max() || s.refused >= patience) return infinite;
    return level > 0 ? factor * std::max(level, 1.0) : first;
  }
  static void raise(double& level, double x, bool anew) noexcept {
    double const least = std::numeric_limits<double>::min();  // 0 means that there was nothing
    if (level > 0 && !anew) x = std::min(x, 2 * std::max(level, 1.0));
    level = std::clamp(std::max(x, anew ? 0.0 : 0.99 * level), least, 1e300);
  }
};

/// Any optimizer behind a guard, for those who step without an adapter: loss and gradient of the
/// context are what it looks at.
///
/// A step out of proportion gives status::out_of_proportion and changes nothing but the count of
/// those. Around clipped<...> it sees the gradient before it is clipped; inside, after.
template <class Inner>
struct guarded : wrapper<guarded<Inner>, Inner> {
  optim::guard guard{};  ///< what refuses steps

  using base = wrapper<guarded, Inner>;
  static constexpr char const* wrapper_name = "guarded";
  static constexpr void record(auto& self, auto&& f) {
    base::record(self, f);
    f.part("guard", self.guard);
  }

  constexpr guarded() = default;
  /// An optimizer whose steps a guard may refuse.
  constexpr guarded(Inner optimizer, optim::guard g = {}) : base(std::move(optimizer)), guard(g) {}

  template <parameter_layout Layout, floating T = float>
  struct state : wrapped_state<typename Inner::template state<Layout, T>> {
    optim::guard::state guard{};  ///< levels of accepted steps
    static constexpr void record(auto& self, auto&& f) {
      state::wrapped_state::record(self, f);
      f.part("guard", self.guard);
    }
  };

  /// One step; reads the gradient once where the context does not know its size, which the inner
  /// optimizer is then told.
  template <class Layout, class T>
  status step(T* theta, T const* gradient, state<Layout, T>& s,
              step_context<T> context = {}) const noexcept {
    if ((context.mask & layer_mask::all(Layout::layers)).empty()) return status::empty;
    context.magnitude = detail::largest_gradient<Layout>(context, gradient);
    double const size =
        std::min(static_cast<double>(context.magnitude) * static_cast<double>(context.scale),
                 static_cast<double>(context.limit));
    if (!(context.magnitude <= std::numeric_limits<T>::max()) || !std::isfinite(context.loss))
      return status::non_finite;
    if (!guard.accepts(s.guard, context.loss, size)) {
      guard.refused(s.guard);
      return status::out_of_proportion;
    }
    status const result = this->inner.step(theta, gradient, s.inner, context);
    if (result == status::done) guard.accepted(s.guard, context.loss, size);
    return result;
  }
};
template <class Inner>
guarded(Inner) -> guarded<Inner>;

}  // namespace halo::optim

#include <halo/macros_back.hpp>
