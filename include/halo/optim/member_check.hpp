// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <halo/core/layer_mask.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>
#include <halo/core/record.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/policy.hpp>

// What is wrong with the members that an optimizer or a policy may leave out, where a wrong type or
// almost the right name would be as good as nothing, without a word; and which of the others is
// missing.

namespace halo::optim::detail {

/// A class that has a member of some name, whatever it is, and a base that has one too: two of them
/// are none.
template <class C, class Name>
struct named_twice : C, Name {};
template <class C>
concept open_class = std::is_class_v<C> && !std::is_final_v<C>;

#define HALO_OPTIM_NAMED(member)     \
  struct name_##member {             \
    static constexpr int member = 0; \
  };                                 \
  template <class C>                 \
  concept has_##member = open_class<C> && !requires { named_twice<C, name_##member>::member; }
HALO_OPTIM_NAMED(step);
HALO_OPTIM_NAMED(operations);
HALO_OPTIM_NAMED(operations_per_tensor);
HALO_OPTIM_NAMED(operations_per_step);
HALO_OPTIM_NAMED(preferred_policy);
HALO_OPTIM_NAMED(forget);
HALO_OPTIM_NAMED(decide);
HALO_OPTIM_NAMED(misfit);
HALO_OPTIM_NAMED(ungated);
HALO_OPTIM_NAMED(functions_per_parameter);
HALO_OPTIM_NAMED(takes_parts);
// almost those
HALO_OPTIM_NAMED(operation);
HALO_OPTIM_NAMED(operation_per_tensor);
HALO_OPTIM_NAMED(operations_per_tensors);
HALO_OPTIM_NAMED(operation_per_step);
HALO_OPTIM_NAMED(operations_per_steps);
HALO_OPTIM_NAMED(prefered_policy);
HALO_OPTIM_NAMED(preferred_policies);
HALO_OPTIM_NAMED(forgets);
HALO_OPTIM_NAMED(misfits);
HALO_OPTIM_NAMED(mis_fit);
HALO_OPTIM_NAMED(ungate);
HALO_OPTIM_NAMED(un_gated);
HALO_OPTIM_NAMED(function_per_parameter);
HALO_OPTIM_NAMED(functions_per_parameters);
HALO_OPTIM_NAMED(take_parts);
HALO_OPTIM_NAMED(takes_part);
#undef HALO_OPTIM_NAMED

template <class O>
concept misspelt_optimizer =
    has_operation<O> || has_operation_per_tensor<O> || has_operations_per_tensors<O> ||
    has_operation_per_step<O> || has_operations_per_steps<O> || has_prefered_policy<O> ||
    has_preferred_policies<O> || has_forgets<O> || has_misfits<O> || has_mis_fit<O> ||
    has_function_per_parameter<O> || has_functions_per_parameters<O> || has_take_parts<O> ||
    has_takes_part<O>;

/// Of what is not constant, or a number with a fraction or below 0, there is no such type.
template <std::size_t N>
struct constant_number;
template <bool B>
struct constant_flag;
template <class P>
concept misspelt_policy = has_misfits<P> || has_mis_fit<P> || has_ungate<P> || has_un_gated<P>;

/// The members that an optimizer must have, of what has a `step`; anything else is none.
template <class O, class Layout, class T>
[[nodiscard]] consteval bool complain_of_missing_in_optimizer() {
  static_assert(
      requires {
        { O::name } -> std::convertible_to<char const*>;
      }, "halo: optimizer: `name`, a word for checkpoints, is missing");
  static_assert(
      requires { typename constant_number<std::size_t{O::operations_per_parameter}>; },
      "halo: optimizer: `operations_per_parameter`, a number, is missing or no static constexpr "
      "whole one");
  static_assert(recordable<O>,
                "halo: optimizer: `static void record(auto& self, auto&& f)`, which names its "
                "options, is missing");
  constexpr bool has_state = requires { typename O::template state<Layout, T>; };
  static_assert(has_state,
                "halo: optimizer: `state<Layout, T>`, a type for what it remembers, is missing");
  if constexpr (has_state) {
    using state = typename O::template state<Layout, T>;
    static_assert(recordable<state>, "halo: optimizer: its state has no `record`");
    static_assert(
        requires(O const& o) {
          { o.template init<Layout, T>() } -> std::same_as<state>;
        },
        "halo: optimizer: `init` is called as o.init<Layout, T>(), is const and returns "
        "state<Layout, T>");
    static_assert(
        requires(O const& o, T* theta, T const* g, state& s, step_context<T> const& context) {
          { o.step(theta, g, s, context) } noexcept -> std::same_as<status>;
        },
        "halo: optimizer: `step` is called as o.step(T* theta, T const* gradient, state&, "
        "step_context<T> const&), is const and noexcept, and returns a status");
  }
  return true;
}

/// Says what is wrong with an optimizer; true, so that it can stand in a static_assert.
template <class O, class Layout, class T>
[[nodiscard]] consteval bool complain_of_optimizer() {
  if constexpr (has_step<O>) static_assert(complain_of_missing_in_optimizer<O, Layout, T>());
  static_assert(!misspelt_optimizer<O>,
                "halo: optimizer: a member has almost the name of one that an optimizer may have: "
                "operations, operations_per_tensor, operations_per_step, preferred_policy, forget, "
                "misfit, functions_per_parameter, takes_parts");
  static_assert(
      !has_operations_per_tensor<O> || requires {
        typename constant_number<std::size_t{O::operations_per_tensor}>;
      }, "halo: optimizer: operations_per_tensor is a number");
  static_assert(
      !has_operations_per_step<O> || requires {
        typename constant_number<std::size_t{O::operations_per_step}>;
      }, "halo: optimizer: operations_per_step is a number");
  static_assert(
      !has_functions_per_parameter<O> || requires {
        typename constant_number<std::size_t{O::functions_per_parameter}>;
      }, "halo: optimizer: functions_per_parameter is a number");
  static_assert(
      !has_takes_parts<O> || requires { typename constant_flag<bool{O::takes_parts}>; },
      "halo: optimizer: takes_parts is true or false");
  static_assert(
      !has_operations<O> || requires(layer_mask m) {
        { O::template operations<Layout>(m) } -> std::convertible_to<std::size_t>;
      }, "halo: optimizer: operations is called as O::operations<Layout>(layer_mask)");
  static_assert(
      !has_preferred_policy<O> || requires { requires policy<typename O::preferred_policy>; },
      "halo: optimizer: preferred_policy is a type, a policy");
  if constexpr (has_forget<O>)
    static_assert(
        requires(O const& o, typename O::template state<Layout, T>& s, layer_mask m,
                 T const* theta) { o.forget(s, m, theta); },
        "halo: optimizer: forget is called as o.forget(state, layer_mask, T const* theta)");
  if constexpr (has_misfit<O>)
    static_assert(
        requires(O const& o) {
          { o.misfit(std::size_t{}) } -> std::convertible_to<char const*>;
        },
        "halo: optimizer: misfit is called as o.misfit(std::size_t parameters) and returns a char "
        "const*, why it is not for so many, or null");
  return true;
}

/// The members that a policy must have, of what has a `decide`; anything else is none.
template <class P>
[[nodiscard]] consteval bool complain_of_missing_in_policy() {
  static_assert(
      requires { typename P::state; },
      "halo: policy: `state`, a type for what it remembers, is missing (optim::no_memory "
      "for nothing)");
  static_assert(
      requires { typename constant_flag<bool{P::selective}>; },
      "halo: policy: `selective`, a bool, whether it may ask for the hardest examples, is missing "
      "or not static constexpr");
  static_assert(
      recordable<P>,
      "halo: policy: `static void record(auto& self, auto&& f)`, which names its options, "
      "is missing");
  if constexpr (requires { typename P::state; }) {
    using state = typename P::state;
    static_assert(recordable<state>, "halo: policy: its state has no `record`");
    static_assert(
        requires(P const& p, state const& s, generator const& g) {
          { p.decide(s, g, std::uint64_t{}, std::size_t{}) } noexcept -> std::same_as<decision>;
        },
        "halo: policy: `decide` is called as p.decide(state const&, generator const&, "
        "std::uint64_t step, std::size_t layers), is const and noexcept, and returns a decision");
    static_assert(
        requires(P const& p, state& s, observation const& o) {
          { p.observe(s, o) } noexcept;
        },
        "halo: policy: `observe` is called as p.observe(state&, observation const&), is const and "
        "noexcept");
  }
  return true;
}

/// The same of a policy.
template <class P>
[[nodiscard]] consteval bool complain_of_policy() {
  if constexpr (has_decide<P>) static_assert(complain_of_missing_in_policy<P>());
  static_assert(!misspelt_policy<P>,
                "halo: policy: a member has almost the name of one that a policy may have: "
                "misfit, ungated");
  static_assert(
      !has_misfit<P> ||
          requires(P const& p) {
            { p.misfit(std::size_t{}) } -> std::convertible_to<char const*>;
          },
      "halo: policy: misfit is called as p.misfit(std::size_t layers) and returns a char const*, "
      "why it is not for so many layers, or null");
  static_assert(
      !has_ungated<P> || requires { requires policy<typename P::ungated>; },
      "halo: policy: ungated is a type, the policy for networks that cannot run backward "
      "on some of the rows");
  return true;
}

}  // namespace halo::optim::detail
