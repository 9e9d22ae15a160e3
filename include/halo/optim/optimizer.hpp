// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/core/concepts.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/kernel/update.hpp>

namespace halo::optim {

/// How a step ended.
enum class status : unsigned char {
  done,        ///< the selected parameters and their state moved
  empty,       ///< no layer was selected: nothing ran, nothing changed
  non_finite,  ///< loss, gradient or update was infinite or NaN: nothing changed
  refused,     ///< examples or targets do not fit the network: nothing ran, nothing changed
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
  double loss = 0;                          ///< loss of the mini-batch that gave the gradient
  std::uint64_t rows = 0;                   ///< examples in the training set, 0 where nobody said
};

/// A rule for changing parameters: a value. Its state is a separate value, so that the same
/// (parameters, gradient, state, context) always gives the same result.
///
/// O::state<Layout, T> starts a run when made by o.init<Layout, T>(); its fields(f) hands
/// every array and number to f(name, span) for saving; f may throw. step reads and writes only what
/// context.mask selects and, unless it returns status::done, changes nothing at all.
template <class O, class Layout = flat_layout<5>, class T = float>
concept optimizer = std::copyable<O> && parameter_layout<Layout> &&
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
                    };

namespace detail {

/// Numbers up to this may be added to any finite parameter without overflow.
template <class T>
inline constexpr T safe = std::numeric_limits<T>::max() * T(1e-8);

/// x to the nearest multiple of 1e-31 (float) or 1e-292 (double), or within 2 ulp where those are
/// more; no change above 1e-16 (1e-260).
///
/// A running mean that gets no gradient any more (a unit that died) would else fade into denormal
/// numbers and stay there, which costs many processors a multiple of the step's time.
template <class V>
[[nodiscard]] inline V without_denormals(V x) noexcept {
  using limits = std::numeric_limits<typename V::value_type>;
  V const grain(limits::min() / (limits::epsilon() * limits::epsilon()));
  return (x + grain) - grain;
}

/// rule with the gradient scaled and limited first.
template <class Rule, class T>
struct conditioned {
  Rule rule;
  T scale;
  T limit;
  template <class V, class... S>
  void operator()(V& theta, V g, S&... state) const {
    V const scaled = g * V(scale);
    rule(theta, max(min(scaled, V(limit)), V(-limit)), state...);
  }
};

/// One transactional masked step: measure the gradient, try where overflow is possible, then
/// commit.
///
/// @param key        key(tensor): neighbouring tensors that agree in it are updated in one pass
/// @param make_rule  make_rule(tensor): the rule of a pass, see kernel::update
/// @param is_safe    is_safe(m): no result can overflow if every |gradient| <= m; where it says no,
///                   a trial pass decides
/// @param commit     commit(m): called once, after everything was found finite
template <class Layout, class T, class Key, class MakeRule, class IsSafe, class Commit,
          class... States>
status transact(step_context<T> const& context, T* theta, T const* gradient, Key&& key,
                MakeRule&& make_rule, IsSafe&& is_safe, Commit&& commit,
                States*... states) noexcept {
  layer_mask const mask = context.mask & layer_mask::all(Layout::layers);
  if (mask.empty()) return status::empty;
  T most = context.magnitude;
  if (most < T(0)) {
    most = T(0);
    for_each_run<Layout>(
        mask, [](std::size_t) { return 0; },
        [&](std::size_t begin, std::size_t end, std::size_t) {
          most = std::max(most, kernel::magnitude(end - begin, gradient + begin));
        });
  }
  most *= context.scale;
  if (!(most <= std::numeric_limits<T>::max())) return status::non_finite;
  most = std::min(most, context.limit);

  bool const plain = context.scale == T(1) && context.limit == std::numeric_limits<T>::max();
  auto const pass = [&](auto&& visit) {
    for_each_run<Layout>(mask, key, [&](std::size_t begin, std::size_t end, std::size_t tensor) {
      auto const rule = make_rule(tensor);
      if (plain) {
        visit(begin, end - begin, rule);
      } else {
        visit(begin, end - begin,
              conditioned<std::remove_cvref_t<decltype(rule)>, T>{rule, context.scale,
                                                                  context.limit});
      }
    });
  };
  if (!is_safe(most)) {
    bool finite = true;
    pass([&](std::size_t at, std::size_t n, auto const& rule) {
      finite =
          finite && kernel::update_is_finite(n, static_cast<T const*>(theta + at), gradient + at,
                                             rule, static_cast<T const*>(states + at)...);
    });
    if (!finite) return status::non_finite;
  }
  pass([&](std::size_t at, std::size_t n, auto const& rule) {
    kernel::update(n, theta + at, gradient + at, rule, states + at...);
  });
  commit(most);
  return status::done;
}

}  // namespace detail
}  // namespace halo::optim
