// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
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

/// Its address names a type.
template <class T>
inline constexpr char type_mark = 0;

/// The numbers of one field, found by its place in a record.
struct nth_field {
  std::size_t number;            ///< fields before it
  void const* values = nullptr;  ///< of the type that is marked
  char const* type = nullptr;    ///< its type_mark
  std::size_t count = 0;
  template <class T>
  void operator()(field_path const&, recorded_field<T> const& field) noexcept {
    if (number-- != 0) return;
    values = field.values.data();
    type = &type_mark<std::remove_const_t<T>>;
    count = field.values.size();
  }
};

/// Visits a state; its type and that of a fresh one stay outside, so that a record is compiled once
/// for it whatever goes around the value.
struct beginner {
  std::span<parameter_info const> table;
  std::size_t size;  ///< of all parameters
  layer_mask layers;
  void const* fresh;
  nth_field (*find)(void const* fresh, std::size_t number);
  std::size_t number = 0;  ///< of the field

  template <class T>
  void operator()(field_path const& path, recorded_field<T> const& field) noexcept {
    std::size_t const here = number++;
    if constexpr (!std::is_const_v<T>) {
      bool const per_parameter = field.kind == field_kind::per_parameter;
      if (is_inner(path) || (!per_parameter && field.kind != field_kind::per_tensor)) return;
      nth_field const begin = find(fresh, here);
      if (begin.type != &type_mark<T>) return;
      put(static_cast<T const*>(begin.values), begin.count, field.values, per_parameter);
    }
  }

 private:
  [[nodiscard]] static bool is_inner(field_path const& path) noexcept {
    std::string_view outermost;
    std::size_t depth = 0;
    path.each([&](std::string_view name) { outermost = depth++ == 0 ? name : outermost; });
    return depth > 1 && outermost == "inner";
  }
  /// @param width  numbers for each parameter or tensor
  template <class T>
  void put(T const* begin, std::size_t width, std::span<T> values, bool per_parameter) noexcept {
    HALO_EXPECTS(values.size() == width * (per_parameter ? size : table.size()),
                 "forget: arrays with the same count for each parameter or tensor; an optimizer "
                 "with others has a forget of its own");
    for (std::size_t i = 0; i < table.size(); ++i) {
      parameter_info const& info = table[i];
      if (!layers[info.layer]) continue;
      std::size_t const first = per_parameter ? info.offset : i;
      std::size_t const count = per_parameter ? info.count : 1;
      for (std::size_t k = first * width; k < (first + count) * width; ++k)
        values[k] = begin[k % width];
    }
  }
};

/// Puts the numbers that a state has for each parameter and tensor of some layers to those of a
/// fresh one for a single parameter. Parts called "inner" are left alone.
template <parameter_layout Layout, class State, class Fresh>
void begin_anew(State& s, Fresh const& fresh, layer_mask layers) noexcept {
  beginner visit{.table = Layout::table,
                 .size = Layout::size,
                 .layers = layers,
                 .fresh = &fresh,
                 .find = [](void const* of, std::size_t number) {
                   nth_field found{.number = number};
                   walk(*static_cast<Fresh const*>(of), found);
                   return found;
                 }};
  walk(s, visit);
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
