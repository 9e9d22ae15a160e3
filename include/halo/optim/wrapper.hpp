// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <halo/core/wrapped_name.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/operations.hpp>
#include <halo/optim/optimizer.hpp>

namespace halo::optim {

namespace detail {

template <class State>
concept has_average = requires(State& s) {
  s.average.span();
  s.average_steps;
  s.restart_average();
};
template <class State>
consteval bool finds_average() {
  if constexpr (has_average<State>)
    return true;
  else if constexpr (requires(State& s) { s.inner; })
    return finds_average<decltype(State::inner)>();
  else
    return false;
}

/// The part of a state that keeps the average.
template <class State>
[[nodiscard]] auto& with_average(State& s) noexcept {
  if constexpr (has_average<std::remove_const_t<State>>)
    return s;
  else
    return with_average(s.inner);
}

template <class Inner>
consteval bool in_parts_of() {
  if constexpr (requires { Inner::takes_parts; }) return Inner::takes_parts;
  return false;
}

}  // namespace detail

/// What every optimizer that goes around another one has in common: its name, options, state and
/// cost are those of the inner one until it says otherwise.
///
///     template <class Inner>
///     struct noisy : optim::wrapper<noisy<Inner>, Inner> {
///       using base = optim::wrapper<noisy, Inner>;
///       using base::base;
///       static constexpr char const* wrapper_name = "noisy";
///       template <class State, class T>
///       optim::status step(T* theta, T const* g, State& s,
///                          optim::step_context<T> const& context = {}) const noexcept {
///         return this->inner.step(theta, g, s, context);
///       }
///     };
///
/// `name` is "noisy(adam)". A schedule around it reaches the inner optimizer through context.rate,
/// an average inside it is found by keeps_average, the policy that the inner one prefers is its own
/// (policy_of). One with options hides record and calls base::record first; one with a state
/// derives it from wrapped_state and calls wrapped_state::record first.
///
/// @tparam Self   the wrapper
/// @tparam Inner  any optimizer, wrappers and learned ones included
template <class Self, class Inner>
struct wrapper {
  Inner inner{};

  constexpr wrapper() = default;
  /// Goes around an optimizer; implicit, as Self's constructor is.
  constexpr wrapper(Inner optimizer) : inner(std::move(optimizer)) {}

  static constexpr char const* name = wrapped_name<Self, Inner>::text.data();
  static constexpr std::size_t operations_per_parameter = Inner::operations_per_parameter;

  /// Multiply-adds of a step, see optim::operations.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask) noexcept {
    return optim::operations<Inner, Layout>(mask);
  }

  /// Numbers that a step reads and writes, see optim::moved.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr cost moved(layer_mask mask) noexcept {
    return optim::moved<Inner, Layout>(mask);
  }
  static constexpr std::size_t functions_per_parameter = detail::functions_of<Inner>();

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", Self::wrapper_name);
    f.part("inner", self.inner);
  }

  template <parameter_layout Layout, floating T = float>
  using state = typename Inner::template state<Layout, T>;

  /// @pre options within their ranges
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] auto init() const noexcept {
    using own = typename Self::template state<Layout, T>;
    if constexpr (std::is_same_v<own, state<Layout, T>>)
      return inner.template init<Layout, T>();
    else
      return own{{inner.template init<Layout, T>()}};
  }
};

/// The state of a wrapper that remembers something itself: derive from it.
template <class Inner>
struct wrapped_state {
  using layout = typename Inner::layout;
  using scalar = typename Inner::scalar;
  Inner inner;
  static constexpr void record(auto& self, auto&& f) { f.part("inner", self.inner); }
};

/// The state of an optimizer that keeps an average of the parameters it passes through:
/// averaged<...>, or one that wraps it.
template <class State>
concept keeps_average = detail::finds_average<std::remove_const_t<State>>();

/// The average of the parameters; means nothing at 0 average_steps.
template <keeps_average State>
[[nodiscard]] auto average(State& s) noexcept {
  return detail::with_average(s).average.span();
}
/// How many steps it is of.
template <keeps_average State>
[[nodiscard]] std::uint64_t average_steps(State const& s) noexcept {
  return detail::with_average(s).average_steps;
}
/// Forgets the path so far: for parameters that were put elsewhere.
template <class State>
void restart_average(State& s) noexcept {
  if constexpr (detail::has_average<State>) s.restart_average();
  if constexpr (requires { s.inner; }) restart_average(s.inner);
}

}  // namespace halo::optim
