// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <halo/core/assert.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/record.hpp>

namespace halo::optim {

namespace detail {

/// Whether a state is of the optimizer itself: not that of one that it goes around and adds
/// nothing to, whose state may have an `inner`, too.
template <class O, class State>
inline constexpr bool has_own_state = true;
template <class O, class State>
  requires requires(O const& o) { o.inner; }
inline constexpr bool has_own_state<O, State> =
    !std::is_same_v<State, typename decltype(O::inner)::template state<typename State::layout,
                                                                       typename State::scalar>>;

/// Puts the numbers that a state has for each parameter and tensor of some layers to those of a
/// fresh one for a single parameter. Parts called "inner" are left alone.
template <parameter_layout Layout, class State, class Fresh>
void begin_anew(State& s, Fresh const& fresh, layer_mask layers) noexcept {
  auto const is_inner = [](field_path const& path) {
    std::string_view outermost;
    std::size_t depth = 0;
    path.each([&](std::string_view name) { outermost = depth++ == 0 ? name : outermost; });
    return depth > 1 && outermost == "inner";
  };
  std::size_t number = 0;  // of the field
  walk(s, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    std::size_t const here = number++;
    bool const per_parameter = field.kind == field_kind::per_parameter;
    if (is_inner(path) || (!per_parameter && field.kind != field_kind::per_tensor)) return;
    std::size_t other = 0;
    walk(fresh, [&]<class U>(field_path const&, recorded_field<U> const& begin) {
      if (other++ != here) return;
      if constexpr (std::is_same_v<T, std::remove_const_t<U>>) {
        std::size_t const width = begin.values.size();  // numbers for each
        HALO_EXPECTS(
            field.values.size() == width * (per_parameter ? Layout::size : Layout::tensors),
            "forget: arrays with the same count for each parameter or tensor; an "
            "optimizer with others has a forget of its own");
        for (std::size_t i = 0; i < Layout::tensors; ++i) {
          parameter_info const& info = Layout::table[i];
          if (!layers[info.layer]) continue;
          std::size_t const first = per_parameter ? info.offset : i;
          std::size_t const count = per_parameter ? info.count : 1;
          for (std::size_t k = first * width; k < (first + count) * width; ++k)
            field.values[k] = begin.values[k % width];
        }
      }
    });
  });
}

}  // namespace detail

/// Begins anew what an optimizer remembers of the parameters of some layers: these were replaced,
/// and moments, averages and counts of what was there before say nothing of them. What belongs to
/// the whole run stays, such as the place in a schedule; a learned optimizer begins anew with the
/// problem, too.
///
/// By the record of the state: what is there for each parameter and tensor begins as init makes it.
/// An optimizer whose arrays lie otherwise, or a wrapper with more to do, has
///     o.forget(state, layers, theta) noexcept
/// of its own, a wrapper for its own part alone. Allocates nothing.
/// @param theta  the parameters that are there now
template <class O, class State, class T>
void forget(O const& optimizer, State& s, layer_mask layers, T const* theta) noexcept {
  constexpr bool remembers = detail::has_own_state<O, State>;
  if constexpr (requires { optimizer.inner; }) {
    if constexpr (remembers)
      forget(optimizer.inner, s.inner, layers, theta);
    else
      forget(optimizer.inner, s, layers, theta);
  }
  if constexpr (requires { optimizer.forget(s, layers, theta); }) {
    static_assert(noexcept(optimizer.forget(s, layers, theta)),
                  "halo: forget: an optimizer's own forget is noexcept");
    optimizer.forget(s, layers, theta);
  } else if constexpr (remembers) {
    detail::begin_anew<typename State::layout>(
        s, optimizer.template init<flat_layout<1>, typename State::scalar>(), layers);
  }
}

}  // namespace halo::optim
