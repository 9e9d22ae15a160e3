// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <halo/core/record.hpp>
#include <halo/learned/facts.hpp>
#include <halo/learned/program_traits.hpp>
#include <halo/learned/reader.hpp>
#include <halo/simd/batch.hpp>

// What is wrong with a type that is to be a program: one mistake, one sentence.

namespace halo::learned::detail {

/// A class that has a member of some name, whatever it is, and a base that has one too: two of them
/// are none.
template <class P, class Name>
struct named_twice : P, Name {};

#define HALO_LEARNED_NAMED(member)   \
  struct name_##member {             \
    static constexpr int member = 0; \
  };                                 \
  template <class P>                 \
  concept has_##member = !requires { named_twice<P, name_##member>::member; }
HALO_LEARNED_NAMED(settle);
HALO_LEARNED_NAMED(observes_constants);
HALO_LEARNED_NAMED(attends);
HALO_LEARNED_NAMED(operations_per_tensor);
HALO_LEARNED_NAMED(operations_per_step);
HALO_LEARNED_NAMED(scatter);
HALO_LEARNED_NAMED(range_of);
HALO_LEARNED_NAMED(gradient_once);
// almost those
HALO_LEARNED_NAMED(settles);
HALO_LEARNED_NAMED(observe_constants);
HALO_LEARNED_NAMED(observes_constant);
HALO_LEARNED_NAMED(attend);
HALO_LEARNED_NAMED(operation_per_tensor);
HALO_LEARNED_NAMED(operations_per_tensors);
HALO_LEARNED_NAMED(operation_per_step);
HALO_LEARNED_NAMED(operations_per_steps);
HALO_LEARNED_NAMED(scatters);
HALO_LEARNED_NAMED(ranges_of);
HALO_LEARNED_NAMED(range);
HALO_LEARNED_NAMED(prefered_policy);
HALO_LEARNED_NAMED(option);
#undef HALO_LEARNED_NAMED

template <class P>
concept misspelt = has_settles<P> || has_observe_constants<P> || has_observes_constant<P> ||
                   has_attend<P> || has_operation_per_tensor<P> || has_operations_per_tensors<P> ||
                   has_operation_per_step<P> || has_operations_per_steps<P> || has_scatters<P> ||
                   has_ranges_of<P> || has_range<P> || has_prefered_policy<P> || has_option<P>;

#define HALO_LEARNED_SIZE(member) \
  template <class P>              \
  concept counts_##member =       \
      requires { requires std::same_as<std::size_t const, decltype(P::member)>; }
HALO_LEARNED_SIZE(state);
HALO_LEARNED_SIZE(held);
HALO_LEARNED_SIZE(tensor_state);
HALO_LEARNED_SIZE(global_state);
HALO_LEARNED_SIZE(overview);
HALO_LEARNED_SIZE(context);
HALO_LEARNED_SIZE(carry);
HALO_LEARNED_SIZE(sums);
HALO_LEARNED_SIZE(decision);
HALO_LEARNED_SIZE(operations_per_parameter);
HALO_LEARNED_SIZE(operations_per_tensor);
HALO_LEARNED_SIZE(operations_per_step);
HALO_LEARNED_SIZE(at_true);
#undef HALO_LEARNED_SIZE

using scalar_reader = plain_reader<float, float>;
using float_lane = simd::batch<float>;
using lane_reader = plain_reader<float_lane, float>;

template <class P>
concept surveys = requires(scalar_reader const& r, facts<float> const& f, float const* in,
                           float* out) { P::survey(r, f, in, in, out); };
template <class P>
concept prepares = requires(scalar_reader const& r, facts<float> const& f, float const* in,
                            float* out) { P::prepare(r, f, in, in, in, out); };
template <class P>
concept observes = requires(lane_reader const& r, float_lane v, float_lane* vs) {
  P::observe(r, v, v, vs, vs, vs);
};
template <class P>
concept decides = requires(scalar_reader const& r, facts<float> const& f, float const* in,
                           float* out) { P::decide(r, f, in, out, in, out); };
template <class P>
concept applies =
    requires(lane_reader const& r, float_lane v, float_lane* vs, float_lane const* from) {
      { P::apply(r, v, v, vs, from) } -> std::convertible_to<float_lane>;
    };
template <class P>
concept concludes = requires(scalar_reader const& r, facts<float> const& f, float const* in,
                             float* out) { P::conclude(r, f, in, in, out); };
template <class P>
concept begins = requires(scalar_reader const& r, facts<float> const& f, float* out) {
  P::initial(r, f, out, out, out);
};

/// A class with all that every program has; stops the compiler at the first thing that is missing.
template <class P>
consteval bool has_all_members() {
  static_assert(std::is_class_v<P> && !std::is_final_v<P>,
                "halo: program: a class that is not final");
  static_assert(
      requires {
        { P::name } -> std::convertible_to<char const*>;
      }, "halo: program: `name`, a static constexpr char const*, is missing");
  static_assert(counts_operations_per_parameter<P>,
                "halo: program: `operations_per_parameter`, multiply-adds of a step for each "
                "parameter, a static constexpr std::size_t, is missing");
  static_assert(counts_state<P>,
                "halo: program: `state`, how many numbers a coordinate keeps, a static constexpr "
                "std::size_t, is missing");
  static_assert(counts_carry<P>,
                "halo: program: `carry`, how many numbers observe() hands to apply(), a static "
                "constexpr std::size_t, is missing");
  static_assert(counts_held<P> && counts_tensor_state<P> && counts_global_state<P> &&
                    counts_overview<P> && counts_context<P> && counts_sums<P> && counts_decision<P>,
                "halo: program: `held`, `tensor_state`, `global_state`, `overview`, `context`, "
                "`sums` and `decision` are each a static constexpr std::size_t; a program without "
                "them derives from coordinate_program");
  static_assert(
      requires {
        { P::table.size } -> std::convertible_to<std::size_t>;
        P::table.entries;
      }, "halo: program: `table`, a static constexpr weight_table, is missing");
  static_assert(surveys<P>,
                "halo: program: `survey` is a static template called as survey(reader, facts, Z "
                "const* total, Z const* global, Z* overview)");
  static_assert(prepares<P>,
                "halo: program: `prepare` is a static template called as prepare(reader, facts, Z "
                "const* tensor, Z const* global, Z const* overview, Z* context)");
  static_assert(observes<P>,
                "halo: program: `observe` is a static template called as observe(reader, V "
                "gradient, V theta, V* state, V* carry, V* sums)");
  static_assert(decides<P>,
                "halo: program: `decide` is a static template called as decide(reader, facts, Z "
                "const* mean, Z* tensor, Z const* global, Z* decision)");
  static_assert(applies<P>,
                "halo: program: `apply` is a static template called as apply(reader, V gradient, V "
                "theta, V* state, V const* carry), which returns the new theta");
  static_assert(concludes<P>,
                "halo: program: `conclude` is a static template called as conclude(reader, facts, "
                "Z const* total, Z const* last, Z* global)");
  static_assert(begins<P>,
                "halo: program: `initial` is a static template called as initial(reader, facts, Z* "
                "coordinate, Z* tensor, Z* global)");
  return true;
}

/// The members that a program may leave out are what they are to be.
template <class P>
consteval bool has_good_options() {
  static_assert(!misspelt<P>,
                "halo: program: a member has almost the name of one that a program may have: "
                "settle, observes_constants, attends, operations_per_tensor, operations_per_step, "
                "scatter, range_of, gradient_once, preferred_policy, options");
  static_assert(P::held <= P::state, "halo: program: `held` is a part of `state`");
  static_assert(!has_settle<P> || program_traits<P>::settles,
                "halo: program: `settle` is a static template called as settle(reader, facts, Z "
                "const* tensor, Z const* global, Z* decision)");
  static_assert(!program_traits<P>::settles || P::carry == 0,
                "halo: program: one that settles carries nothing: `carry` is 0");
  static_assert(
      !has_observes_constants<P> || requires {
        requires std::same_as<bool const, decltype(P::observes_constants)>;
      }, "halo: program: `observes_constants` is a static constexpr bool");
  static_assert(
      !has_gradient_once<P> || requires {
        requires std::same_as<bool const, decltype(P::gradient_once)>;
      }, "halo: program: `gradient_once` is a static constexpr bool");
  static_assert(
      !has_attends<P> || requires { requires std::same_as<bool const, decltype(P::attends)>; },
      "halo: program: `attends` is a static constexpr bool");
  if constexpr (program_traits<P>::attends)
    static_assert(counts_at_true<P>,
                  "halo: program: one that attends says by `at_true` which number of a coordinate "
                  "leads to its parameter");
  static_assert(!has_operations_per_tensor<P> || counts_operations_per_tensor<P>,
                "halo: program: `operations_per_tensor` is a static constexpr std::size_t");
  static_assert(!has_operations_per_step<P> || counts_operations_per_step<P>,
                "halo: program: `operations_per_step` is a static constexpr std::size_t");
  static_assert(
      !has_scatter<P> ||
          requires(P const& p, float* to) { p.scatter(std::size_t{}, std::size_t{}, to, to); },
      "halo: program: `scatter` is called as config.scatter(tensor, elements, T* tiles, "
      "T* numbers)");
  static_assert(
      !has_range_of<P> ||
          requires(std::size_t k) {
            { P::range_of(k) } -> std::same_as<allowed>;
          },
      "halo: program: `range_of` is called as P::range_of(std::size_t k) and gives a "
      "halo::allowed");
  static_assert(std::is_empty_v<P> || recordable<P>,
                "halo: program: numbers of its own need a record (core/record.hpp), or a run could "
                "go on with others");
  return true;
}

/// Stops the compiler with a sentence where P is no program.
template <class P>
consteval bool check_program() {
  if constexpr (has_all_members<P>()) return has_good_options<P>();
  return false;
}

}  // namespace halo::learned::detail
