// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <halo/core/allowed.hpp>
#include <halo/core/cost.hpp>
#include <halo/core/record.hpp>
#include <halo/nn/loss.hpp>

// What is wrong with a type that is to be a loss: each missing or wrong member has its sentence.

namespace halo::nn::detail {

/// Whether a type means to be a loss.
template <class L>
concept has_target = requires { typename L::target; };

template <class L>
struct loss_complaint {
  using target = typename L::target;
  static_assert(std::is_trivially_copyable_v<target>,
                "halo: loss: `target` is what an answer is made of, a number that can be copied");
  static_assert(
      requires(std::size_t n) {
        { L::targets(n) } -> std::convertible_to<std::size_t>;
      },
      "halo: loss: `targets` is missing or takes something else than targets(std::size_t "
      "outputs); it returns how many targets an example has");
  static_assert(
      requires {
        { L::name } -> std::convertible_to<char const*>;
      }, "halo: loss: `name`, a word for checkpoints, is missing");
  static_assert(
      requires(std::size_t n, float const* y, target const* t, float* dy) {
        { L::value_and_gradient(n, n, y, t, dy) } -> std::convertible_to<float>;
      },
      "halo: loss: `value_and_gradient` is missing or takes something else than "
      "value_and_gradient(rows, outputs, float const* y, target const* t, float* dy); it "
      "returns the mean loss and writes its gradient to dy unless that is null");
  static_assert(
      requires(std::size_t n, float const* y, target const* t, float* losses) {
        { L::value_and_losses(n, n, y, t, losses) } -> std::convertible_to<float>;
      },
      "halo: loss: `value_and_losses` is missing or takes something else than "
      "value_and_losses(rows, outputs, float const* y, target const* t, float* losses); "
      "it returns the mean loss and writes that of each row");
};

namespace loss_members {

/// A class that has a member of some name, whatever it is, and a base that has one too: two of them
/// are none.
template <class L, class Name>
struct named_twice : L, Name {};

#define HALO_NN_NAMED(member)                                         \
  struct name_##member {                                              \
    static constexpr int member = 0;                                  \
  };                                                                  \
  template <class L>                                                  \
  concept has_##member = std::is_class_v<L> && !std::is_final_v<L> && \
                         !requires { named_twice<L, name_##member>::member; }
HALO_NN_NAMED(target_range);
HALO_NN_NAMED(takes_outputs);
HALO_NN_NAMED(weight);
HALO_NN_NAMED(baseline);
HALO_NN_NAMED(describe);
// almost those
HALO_NN_NAMED(target_ranges);
HALO_NN_NAMED(targets_range);
HALO_NN_NAMED(take_outputs);
HALO_NN_NAMED(takes_output);
HALO_NN_NAMED(baselines);
HALO_NN_NAMED(row_costs);
HALO_NN_NAMED(describes);
#undef HALO_NN_NAMED

template <class L>
concept misspelt = has_target_ranges<L> || has_targets_range<L> || has_take_outputs<L> ||
                   has_takes_output<L> || has_baselines<L> || has_row_costs<L> || has_describes<L>;

/// Of what the compiler does not know there is no such type.
template <bool B>
struct known;
template <class L>
concept known_range = requires {
  { L::target_range(std::size_t{1}) } -> std::convertible_to<allowed>;
  typename known<(allowed{L::target_range(std::size_t{1})}.low <= 0)>;
};
template <class L>
concept known_outputs =
    requires { typename known<static_cast<bool>(L::takes_outputs(std::size_t{1}))>; };
template <class L>
concept baseline_of_outputs = requires { L::baseline(std::size_t{2}); };
template <class L>
concept baseline_of_targets = requires(std::size_t n, typename L::target const* t) {
  { L::baseline(n, n, t) } -> std::convertible_to<double>;
};
template <class L>
concept known_baseline = (baseline_of_outputs<L> && requires {
                           typename known<(L::baseline(std::size_t{2}) <= 0.0)>;
                         }) || (!baseline_of_outputs<L> && baseline_of_targets<L>);

}  // namespace loss_members

/// What is wrong with the members that a loss may leave out: as good as none, without a word.
template <class L>
struct loss_may_complain {
  static_assert(!loss_members::misspelt<L>,
                "halo: loss: a member has almost the name of one that a loss may have: "
                "target_range, takes_outputs, baseline, row_cost, describe");
  static_assert(
      !loss_members::has_target_range<L> || loss_members::known_range<L>,
      "halo: loss: target_range is constexpr, called as target_range(std::size_t outputs) "
      "and returns a halo::allowed");
  static_assert(!loss_members::has_takes_outputs<L> || loss_members::known_outputs<L>,
                "halo: loss: takes_outputs is constexpr, called as takes_outputs(std::size_t "
                "outputs) and returns a bool");
  static_assert(
      !loss_members::has_weight<L> ||
          requires(std::size_t n, typename L::target const* t) {
            { L::weight(n, n, t) } -> std::convertible_to<double>;
          },
      "halo: loss: weight is called as weight(rows, outputs, target const* t) and returns a "
      "double");
  static_assert(!loss_members::has_baseline<L> || loss_members::known_baseline<L>,
                "halo: loss: baseline is called as baseline(rows, outputs, target const* t) or, "
                "constexpr, as baseline(outputs), and returns a double");
  static_assert(
      !requires { L::row_cost(std::size_t{1}); } ||
          requires {
            { L::row_cost(std::size_t{1}) } -> std::convertible_to<cost>;
          },
      "halo: loss: row_cost is called as row_cost(std::size_t outputs) and returns a halo::cost");
  static_assert(
      !loss_members::has_describe<L> || requires(recorder<halo::detail::ignore_fields> f) {
        L::describe(f);
      }, "halo: loss: `describe` is static constexpr void describe(auto&& f)");
};

/// Says what is wrong; true, so that it can stand in a static_assert.
template <class L>
[[nodiscard]] consteval bool complain_of_loss() {
  if constexpr (has_target<L>) {
    static_assert(sizeof(loss_complaint<L>) > 0 && sizeof(loss_may_complain<L>) > 0);
    if constexpr (loss<L>) static_cast<void>(has_accuracy<L>);
  }
  return true;
}

/// A network's gradient runs a loss on P.
template <class L, class P>
struct loss_on {
  static_assert(
      requires(std::size_t n, simd::const_of<P> y, typename L::target const* t, P dy) {
        { L::value_and_gradient(n, n, y, t, dy) } -> std::convertible_to<simd::element_of<P>>;
      },
      "halo: loss: `value_and_gradient` cannot be called on P (in the note beside this); "
      "a template over the pointer-like P runs on float*, double* and planes of dual "
      "numbers");
  static constexpr bool checked = true;
};

}  // namespace halo::nn::detail
