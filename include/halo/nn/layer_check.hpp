// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <halo/core/record.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/layer_traits.hpp>

// What is wrong with a type that is to be a layer: one mistake, one sentence.

namespace halo::nn::detail {

/// A class that has a member of some name, whatever it is, and a base that has one too: two of
/// them are none.
template <class L, class Name>
struct named_twice : L, Name {};
template <class L>
concept open_class = std::is_class_v<L> && !std::is_final_v<L>;

#define HALO_NN_NAMED(member)        \
  struct name_##member {             \
    static constexpr int member = 0; \
  };                                 \
  template <class L>                 \
  concept has_##member = open_class<L> && !requires { named_twice<L, name_##member>::member; }
HALO_NN_NAMED(scratch);
HALO_NN_NAMED(fixed_scratch);
HALO_NN_NAMED(transparent);
HALO_NN_NAMED(statistics);
HALO_NN_NAMED(observe);
HALO_NN_NAMED(keep_rows);
HALO_NN_NAMED(forward_activated);
HALO_NN_NAMED(backward_activated);
HALO_NN_NAMED(describe);
HALO_NN_NAMED(room);
HALO_NN_NAMED(room_of_few);
// almost those
HALO_NN_NAMED(scratches);
HALO_NN_NAMED(fixedscratch);
HALO_NN_NAMED(transparant);
HALO_NN_NAMED(statistic);
HALO_NN_NAMED(observes);
HALO_NN_NAMED(keep_row);
HALO_NN_NAMED(keeps_rows);
HALO_NN_NAMED(forward_activation);
HALO_NN_NAMED(backward_activation);
HALO_NN_NAMED(describes);
HALO_NN_NAMED(rooms);
HALO_NN_NAMED(room_for_few);
HALO_NN_NAMED(gradient_bounds);
HALO_NN_NAMED(gradient_parts);
#undef HALO_NN_NAMED

/// Values that the compiler knows: of what is not constant, or a number with a fraction or below 0,
/// there is no such type.
template <std::size_t N>
struct constant_number;
template <bool B>
struct constant_flag;
template <class List>
  requires requires(List const& l) { l.size(); }
[[nodiscard]] consteval std::size_t number_of(List const list) {
  return list.size();
}
[[nodiscard]] consteval bool is_text(char const* text) { return text != nullptr; }

/// A member that is to be a template over X, looked for as one only if it is no plain one: g++
/// takes that for an error of its own.
#define HALO_NN_TEMPLATE(member)                                   \
  template <class L, class X>                                      \
  concept number_##member = !requires { L::member; } && requires { \
    typename constant_number<std::size_t{L::template member<X>}>;  \
  };                                                               \
  template <class L, class X>                                      \
  concept list_##member = !requires { L::member; } && requires {   \
    std::span<tensor_spec const>(L::template member<X>);           \
    typename constant_number<number_of(L::template member<X>)>;    \
  }
HALO_NN_TEMPLATE(accepts);
HALO_NN_TEMPLATE(tensors);
HALO_NN_TEMPLATE(statistics);
HALO_NN_TEMPLATE(memory);
HALO_NN_TEMPLATE(operations);
HALO_NN_TEMPLATE(scratch);
HALO_NN_TEMPLATE(fixed_scratch);
HALO_NN_TEMPLATE(room);
HALO_NN_TEMPLATE(room_of_few);
#undef HALO_NN_TEMPLATE

template <class L>
inline constexpr bool misspelt =
    has_scratches<L> || has_fixedscratch<L> || has_transparant<L> || has_statistic<L> ||
    has_observes<L> || has_keep_row<L> || has_keeps_rows<L> || has_forward_activation<L> ||
    has_backward_activation<L> || has_describes<L> || has_rooms<L> || has_room_for_few<L> ||
    has_gradient_bounds<L> || has_gradient_parts<L>;

/// Whether backward returns nothing, or a bound on the gradient that it wrote.
template <class R>
concept bound_or_nothing = std::is_void_v<R> || std::floating_point<R>;
template <class L, class X>
concept bounds_backward = requires(pass const& p, backward_arguments<float*> const& a) {
  { L::template backward<X>(p, a) } -> bound_or_nothing;
};

enum class mistake {
  none,
  network,
  no_layer,
  shape,
  output,
  tensors,
  tensor,
  memory,
  operations,
  kind,
  elementwise,
  needs_input,
  needs_output,
  forward,
  backward,
  bound,
  name,
  scratch,
  fixed_scratch,
  no_scratch,
  room,
  transparent,
  statistics,
  observe,
  unobserved,
  keep_rows,
  activated,
  activated_back,
  describe
};

/// Whether a layer declares its tensors as they can be laid out.
template <class L, class X>
[[nodiscard]] consteval bool tensors_fit() {
  auto const tensors = L::template tensors<X>;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    tensor_spec const& t = tensors[i];
    std::size_t letters = 0;
    while (t.name != nullptr && t.name[letters] != '\0') ++letters;
    if (letters == 0 || letters > 20 || t.rank > t.extents.size() || t.count() == 0) return false;
    for (std::size_t k = 0; k < i; ++k) {
      tensor_spec const& other = tensors[k];
      if (other.layer == t.layer && other.path.at == t.path.at &&
          std::string_view(other.name) == t.name)
        return false;
    }
  }
  return true;
}

/// What L lacks of what every layer has.
template <class L, class X>
[[nodiscard]] consteval mistake lacking() {
  using enum mistake;
  if (!requires { requires static_shape<typename L::template output<X>>; }) return output;
  if (!list_tensors<L, X>) return tensors;
  if (!number_memory<L, X>) return memory;
  if (!number_operations<L, X>) return operations;
  if (!requires { typename constant_flag<is_text(L::kind)>; }) return kind;
  if (!requires { typename constant_flag<bool{L::elementwise}>; }) return elementwise;
  if (!requires { typename constant_flag<bool{L::needs_input}>; }) return needs_input;
  if (!requires { typename constant_flag<bool{L::needs_output}>; }) return needs_output;
  if (!runs_forward<L, X, float*>) return forward;
  if (!runs_backward<L, X, float*>) return backward;
  if (!bounds_backward<L, X>) return bound;
  return none;
}

/// What is wrong with the members that L may leave out.
template <class L, class X>
[[nodiscard]] consteval mistake mistyped() {
  using enum mistake;
  constexpr bool places = number_scratch<L, X>, fixed_places = number_fixed_scratch<L, X>;
  constexpr bool followed = list_statistics<L, X>;
  if (misspelt<L>) return name;
  if (has_scratch<L> && !places) return scratch;
  if (has_fixed_scratch<L> && !fixed_places) return fixed_scratch;
  if (scratching<L, X> && !places && !fixed_places) return no_scratch;
  if ((has_room<L> && !number_room<L, X>) || (has_room_of_few<L> && !number_room_of_few<L, X>))
    return room;
  if (has_transparent<L> && !requires { typename constant_flag<bool{L::transparent}>; })
    return transparent;
  if (has_statistics<L> && !followed) return statistics;
  bool const observed = requires(pass const& p, float const* m, float* r) {
    { L::template observe<X>(p, m, r) } -> std::same_as<bool>;
  };
  if (has_observe<L> && (!observed || !followed)) return observe;
  if (followed && !observed) return unobserved;
  if (has_keep_rows<L> && !keeps_rows<L, X>) return keep_rows;
  if (has_forward_activated<L> && !activating<L, X, relu_behind>) return activated;
  if (has_backward_activated<L> && !activating_back<L, X, relu_behind>) return activated_back;
  if (has_describe<L> && !requires(recorder<halo::detail::ignore_fields> f) { L::describe(f); })
    return describe;
  return none;
}

template <class L, class X>
[[nodiscard]] consteval mistake mistake_of() {
  if constexpr (requires { typename L::layout; } && !number_accepts<L, X>) {
    return mistake::network;
  } else if constexpr (!number_accepts<L, X>) {
    return mistake::no_layer;
  } else if constexpr (!L::template accepts<X>) {
    return mistake::shape;
  } else if constexpr (lacking<L, X>() != mistake::none) {
    return lacking<L, X>();
  } else if constexpr (!tensors_fit<L, X>()) {
    return mistake::tensor;
  } else {
    return mistyped<L, X>();
  }
}

}  // namespace halo::nn::detail
