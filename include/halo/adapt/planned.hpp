// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/adapt/layer_flags.hpp>
#include <halo/adapt/plan.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/optim/optimizer.hpp>

namespace halo::adapt {

/// The run as its optimizer may see it: how long it is, how far, which layers began it drawn.
template <std::size_t Layers>
class planned {
 public:
  /// How many steps there will be and how many of them are over. adapt::run says so by itself, from
  /// its budget and its stream.
  [[nodiscard]] adapt::plan const& plan() const noexcept { return plan_; }
  /// Tells of the run that steps belong to: its length, what of it is over, the rows it learns
  /// from.
  void set_plan(adapt::plan const& p) noexcept { plan_ = p; }

  /// Layers whose parameters were drawn; the others' come from somewhere.
  [[nodiscard]] layer_mask drawn() const noexcept { return drawn_.mask(); }
  /// Says which were; assign takes all parameters for known ones.
  void set_drawn(layer_mask drawn) noexcept { drawn_.set(drawn); }

 protected:
  /// The last layer's parameters were drawn anew.
  void drew_head() noexcept { set_drawn(drawn() | layer_mask::only(Layers - 1)); }

  /// A step begins.
  void count_step() noexcept { plan_.elapsed += plan_.horizon > 0 ? 1 : 0; }
  /// Share of the run that is left behind the step that began; 1 where nobody knows its length.
  [[nodiscard]] double left() const noexcept {
    if (plan_.horizon == 0) return 1;
    if (plan_.elapsed >= plan_.horizon) return 0;
    return 1 - static_cast<double>(plan_.elapsed) / static_cast<double>(plan_.horizon);
  }
  /// Before the optimizer moves in it.
  template <class T>
  void tell(optim::step_context<T>& context) const noexcept {
    if (context.rows == 0) context.rows = plan_.rows;
    context.horizon = plan_.horizon;
    context.elapsed = plan_.elapsed - (plan_.horizon > 0 ? 1 : 0);  // this one is not over
    context.anew = drawn();
  }

  static void record(auto& self, auto&& f) {
    f.part("run", self.plan_);
    f.part("run.drawn", self.drawn_);
  }

 private:
  adapt::plan plan_{};
  detail::layer_flags<Layers> drawn_{};
};

}  // namespace halo::adapt
