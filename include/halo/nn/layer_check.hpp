// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
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
#undef HALO_NN_NAMED

/// A member that is to be a template over X, looked for as one only if it is no plain one: g++
/// takes that for an error of its own.
#define HALO_NN_TEMPLATE(member)                                   \
  template <class L, class X>                                      \
  concept number_##member = !requires { L::member; } && requires { \
    { L::template member<X> } -> std::convertible_to<std::size_t>; \
  };                                                               \
  template <class L, class X>                                      \
  concept list_##member = !requires { L::member; } &&              \
                          requires { std::span<tensor_spec const>(L::template member<X>); }
HALO_NN_TEMPLATE(accepts);
HALO_NN_TEMPLATE(tensors);
HALO_NN_TEMPLATE(statistics);
HALO_NN_TEMPLATE(memory);
HALO_NN_TEMPLATE(operations);
HALO_NN_TEMPLATE(scratch);
HALO_NN_TEMPLATE(fixed_scratch);
#undef HALO_NN_TEMPLATE

template <class L>
inline constexpr bool misspelt =
    has_scratches<L> || has_fixedscratch<L> || has_transparant<L> || has_statistic<L> ||
    has_observes<L> || has_keep_row<L> || has_keeps_rows<L> || has_forward_activation<L> ||
    has_backward_activation<L> || has_describes<L>;

enum class mistake {
  none,
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
  name,
  scratch,
  fixed_scratch,
  no_scratch,
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
  for (tensor_spec const& t : L::template tensors<X>) {
    std::size_t letters = 0;
    while (t.name != nullptr && t.name[letters] != '\0') ++letters;
    if (letters == 0 || letters > 20 || t.rank > t.extents.size() || t.count() == 0) return false;
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
  if (!requires {
        { L::kind } -> std::convertible_to<char const*>;
      })
    return kind;
  if (!requires {
        { L::elementwise } -> std::convertible_to<bool>;
      })
    return elementwise;
  if (!requires {
        { L::needs_input } -> std::convertible_to<bool>;
      })
    return needs_input;
  if (!requires {
        { L::needs_output } -> std::convertible_to<bool>;
      })
    return needs_output;
  if (!runs_forward<L, X, float*>) return forward;
  if (!runs_backward<L, X, float*>) return backward;
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
  if (has_transparent<L> && !requires {
        { L::transparent } -> std::convertible_to<bool>;
      })
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
  if constexpr (!number_accepts<L, X>) {
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
