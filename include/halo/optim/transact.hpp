// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <halo/core/assert.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/kernel/update.hpp>
#include <halo/optim/optimizer.hpp>

// What a hand-written optimizer is made of: one function that turns a rule for a register of
// parameters into a step that keeps the contract of optim::optimizer.

namespace halo::optim {

/// Numbers up to this may be added to any finite parameter without overflow.
template <class T>
inline constexpr T safe = std::numeric_limits<T>::max() * T(1e-8);

/// A running mean kept out of denormal numbers: x to the nearest multiple of 1e-31 (float) or
/// 1e-292 (double), or within 2 ulp where those are more; no change above 1e-16 (1e-260).
///
/// For a mean of gradients that gets none any more (a unit that died): it would fade into denormal
/// numbers and stay there, which costs many processors a multiple of the step's time. For means of
/// squares, which are legitimately that small, mean_of_squares.
template <class V>
[[nodiscard]] inline V without_denormals(V x) noexcept {
  using limits = std::numeric_limits<typename V::value_type>;
  V const grain(limits::min() / (limits::epsilon() * limits::epsilon()));
  return (x + grain) - grain;
}

/// β·v + (1-β)·g², at least 16 times the smallest normal number: its root is 4e-19 in float.
///
/// That floor keeps it out of denormal numbers, where a sum would be slow, without rounding what
/// lies above: gradients of 1e-15 still count as what they are. β = 0 gives g² whatever v was.
template <class V>
[[nodiscard]] inline V mean_of_squares(V v, V g, V beta) noexcept {
  V const square = g * g;
  // in this order a NaN goes through
  return max(V(std::numeric_limits<typename V::value_type>::min() * 16),
             fma(beta, v - square, square));
}

namespace detail {

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

/// A bound on numbers of which the largest was found to be `most`: the old one where it holds.
template <class T>
[[nodiscard]] constexpr T raised(T bound, T most) noexcept {
  return most <= bound * T(1.001) + T(1e-18) ? bound : most;
}

/// The largest selected |gradient|, as it came, or a bound on it; infinity where one is not finite.
template <class Layout, class T, class Parts>
[[nodiscard]] T largest_gradient(step_context<T> const& context, Parts const&) noexcept
  requires(!std::is_pointer_v<Parts>)
{
  HALO_EXPECTS(context.magnitude >= T(0), "optimizer: who hands out parts knows their magnitude");
  return context.magnitude;
}
template <class Layout, class T>
[[nodiscard]] T largest_gradient(step_context<T> const& context, T const* gradient) noexcept {
  if (context.magnitude >= T(0)) return context.magnitude;
  T most(0);
  for_each_run<Layout>(
      context.mask, [](std::size_t) { return 0; },
      [&](std::size_t begin, std::size_t end, std::size_t) {
        most = std::max(most, kernel::magnitude(end - begin, gradient + begin));
      });
  return most;
}

/// Calls body(tensor, pieces) for each run of tensors that share a pass; pieces(f) calls f(begin,
/// count) for what is visited at a time: the run, or parts of a tensor that are asked for.
template <class Layout, class Gradient, class Key, class Body>
void for_each_gradient(layer_mask mask, Key&& key, Body&& body) {
  auto const one_pass = [&](std::size_t i) {
    if constexpr (std::is_pointer_v<Gradient>)
      return key(i);
    else
      return i;
  };
  for_each_run<Layout>(mask, one_pass, [&](std::size_t begin, std::size_t end, std::size_t tensor) {
    body(tensor, [&](auto&& visit) {
      if constexpr (std::is_pointer_v<Gradient>) {
        visit(begin, end - begin);
      } else {
        for (std::size_t at = begin; at < end; at += Gradient::most)
          visit(at, std::min(Gradient::most, end - at));
      }
    });
  });
}
template <class Layout, class T, class Gradient>
[[nodiscard]] T const* piece_of(Gradient const& gradient, std::size_t tensor, std::size_t begin,
                                std::size_t count) noexcept {
  if constexpr (std::is_pointer_v<Gradient>)
    return gradient + begin;
  else
    return gradient(tensor, begin - Layout::table[tensor].offset, count);
}

}  // namespace detail

/// One step of an optimizer that treats every parameter alike: masked, and done or undone whole.
///
/// 1. Nothing of the layout selected: status::empty.
/// 2. The largest |gradient| m of the selected layers, unless the context knows it, times
///    context.scale and cut to context.limit. Not finite: status::non_finite.
/// 3. Unless is_safe(m): a pass that computes the step and writes nothing. A number that is not
///    finite: status::non_finite.
/// 4. The step, in one pass over each run of neighbouring selected tensors; commit(m);
///    status::done.
///
/// Nothing has changed where it returns something else than done. Reads (2 + states)·n and writes
/// (1 + states)·n elements of the selected ranges in one pass, allocates nothing.
///
///     // θ ← θ - rate·sign(g)·|m|, m ← β m + (1-β) g
///     return optim::transact<Layout>(
///         context, theta, gradient, [](std::size_t) { return 0; },
///         [=](std::size_t) {
///           return [=](auto& x, auto g, auto& m) { ... };  // registers: any floating type
///         },
///         [=](T m) { return m <= optim::safe<T>; }, [](T) {}, s.m.data());
///
/// context.rate is for make_rule to use. examples/own_optimizer.cpp is a whole optimizer.
///
/// @param theta      Layout::size parameters
/// @param gradient   Layout::size numbers; those of layers left out are not read. Or what hands out
///                   parts, gradient(tensor, begin, count) of at most Gradient::most elements; then
///                   the context knows their magnitude, and each tensor has a pass of its own
/// @param key        key(tensor): neighbouring tensors that agree in it share a pass; their step
///                   count, say, or 0 where the rule is the same for all
/// @param make_rule  make_rule(tensor): the rule of a pass, rule(x, g, states...) on registers, see
///                   kernel::update
/// @param is_safe    is_safe(m): no result can overflow where every |gradient| <= m; false is
///                   always right and costs a pass
/// @param commit     commit(m): called once, after the step: counters, bounds
/// @param states     Layout::size numbers each
template <class Layout, class T, class Gradient, class Key, class MakeRule, class IsSafe,
          class Commit, class... States>
status transact(step_context<T> const& context, T* theta, Gradient const& gradient, Key&& key,
                MakeRule&& make_rule, IsSafe&& is_safe, Commit&& commit,
                States*... states) noexcept {
  layer_mask const mask = context.mask & layer_mask::all(Layout::layers);
  if (mask.empty()) return status::empty;
  T most = detail::largest_gradient<Layout>(context, gradient) * context.scale;
  if (!(most <= std::numeric_limits<T>::max())) return status::non_finite;
  most = std::min(most, context.limit);

  bool const plain = context.scale == T(1) && context.limit == std::numeric_limits<T>::max();
  auto const pass = [&](auto&& visit) {
    detail::for_each_gradient<Layout, Gradient>(mask, key, [&](std::size_t tensor, auto&& pieces) {
      auto const rule = make_rule(tensor);
      pieces([&](std::size_t begin, std::size_t n) {
        T const* const g = detail::piece_of<Layout, T>(gradient, tensor, begin, n);
        if (plain) {
          visit(begin, n, g, rule);
        } else {
          visit(begin, n, g,
                detail::conditioned<std::remove_cvref_t<decltype(rule)>, T>{rule, context.scale,
                                                                            context.limit});
        }
      });
    });
  };
  if (!is_safe(most)) {
    bool finite = true;
    pass([&](std::size_t at, std::size_t n, T const* g, auto const& rule) {
      finite = finite && kernel::update_is_finite(n, static_cast<T const*>(theta + at), g, rule,
                                                  static_cast<T const*>(states + at)...);
    });
    if (!finite) return status::non_finite;
  }
  pass([&](std::size_t at, std::size_t n, T const* g, auto const& rule) {
    kernel::update(n, theta + at, g, rule, states + at...);
  });
  commit(most);
  return status::done;
}

}  // namespace halo::optim

#include <halo/macros_back.hpp>
