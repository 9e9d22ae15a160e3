// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/concepts.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/record.hpp>

namespace halo::optim {

/// How a step ended.
enum class status : unsigned char {
  done,               ///< the selected parameters and their state moved
  empty,              ///< no layer was selected: nothing ran, nothing changed
  non_finite,         ///< loss, gradient or update was infinite or NaN: nothing changed
  refused,            ///< examples or targets do not fit the network: nothing ran, nothing changed
  out_of_proportion,  ///< finite, but a glitch by all that came before (optim::guard): not moved
};

[[nodiscard]] constexpr char const* text(status s) noexcept {
  switch (s) {
    case status::done:
      return "done";
    case status::empty:
      return "no layer was selected";
    case status::non_finite:
      return "not finite";
    case status::refused:
      return "refused";
    case status::out_of_proportion:
      return "out of proportion";
  }
  return "";
}

/// What an optimizer is told beside the gradient.
template <floating T>
struct step_context {
  layer_mask mask =
      layer_mask::all();  ///< only these layers' parameters, gradients and states are touched
  T magnitude =
      T(-1);  ///< a bound on the selected |gradient|, infinity if not finite; < 0: not known yet
  T scale = T(1);  ///< the gradient is multiplied by this first (clipping by norm)
  T limit = std::numeric_limits<T>::max();  ///< then limited to [-limit, limit] (clipping by value)
  double rate = 1;  ///< the optimizer's rate is multiplied by this (schedules); decoupled decay too
  double loss = 0;  ///< loss of the mini-batch that gave the gradient
  std::uint64_t rows = 0;     ///< examples in the training set, 0 where nobody said
  std::uint64_t horizon = 0;  ///< steps of this run, 0 where nobody said
  std::uint64_t elapsed = 0;  ///< how many of them are over
  double baseline = 0;        ///< loss of the best answer that looks at no example; 0: not known
  layer_mask anew{};          ///< layers that began this run with drawn parameters
  bool labels = true;         ///< targets are class numbers, not measured ones
};

/// A rule for changing parameters: a value. Its state is a separate value, so that the same
/// (parameters, gradient, state, context) always gives the same result.
///
///     O::name                            a word for checkpoints and reports
///     O::operations_per_parameter        operations of a step; see optim::operations for more
///     O::record(self, f)                 its options and their ranges (core/record.hpp)
///     o.init<Layout, T>()                the state at the beginning of a run
///     O::state<Layout, T>                has layout, scalar and record: every array and number
///     o.step(theta, gradient, s, context) one step
///
/// step reads and writes only what context.mask selects and, unless it returns status::done,
/// changes nothing at all. It moves by context.rate times what it would move at 1, and takes the
/// gradient times context.scale, cut to ±context.limit. transact() in transact.hpp does all of that
/// for rules that treat every parameter alike; contract.hpp tests it.
///
/// Options outside their ranges: halo::check_options throws and says which; adapters call it. Who
/// uses an optimizer directly is stopped in init by HALO_EXPECTS.
template <class O, class Layout = flat_layout<5>, class T = float>
concept optimizer = std::copyable<O> && parameter_layout<Layout> && recordable<O> &&
                    requires(O const& rule, typename O::template state<Layout, T>& state, T* theta,
                             T const* gradient, step_context<T> const& context) {
                      {
                        rule.template init<Layout, T>()
                      } -> std::same_as<typename O::template state<Layout, T>>;
                      {
                        rule.step(theta, gradient, state, context)
                      } noexcept -> std::same_as<status>;
                      { O::operations_per_parameter } -> std::convertible_to<std::size_t>;
                      { O::name } -> std::convertible_to<char const*>;
                    } &&
                    recordable<typename O::template state<Layout, T>>;

}  // namespace halo::optim

#include <halo/macros_back.hpp>
