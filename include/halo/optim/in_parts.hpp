// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/parameter_table.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/wrapper.hpp>

namespace halo::optim {

namespace detail {

/// What hands out parts, for asking who takes them.
struct any_parts {
  static constexpr std::size_t most = 1;
  float const* operator()(std::size_t tensor, std::size_t begin, std::size_t count) const noexcept;
};

/// Whether an optimizer and all inside of it have a step for a gradient in parts.
template <class O>
consteval bool steps_by_parts() {
  using state = typename O::template state<flat_layout<1>, float>;
  if constexpr (!requires(O const& o, float* theta, any_parts const& g, state& s,
                          step_context<float> const& c) { o.step(theta, g, s, c); })
    return false;
  else if constexpr (requires(O const& o) { o.inner; })
    return steps_by_parts<decltype(O::inner)>();
  else
    return true;
}

}  // namespace detail

/// An optimizer that takes its gradient in parts, so that an adapter needs no buffer for it.
///
/// For sgd, momentum, adagrad, rmsprop, adam and others made by transact, averaged or not, on
/// networks whose layers hand out parts (nn::gradient_parts); with other networks, and around
/// clipped and whatever else looks at the whole gradient, it is the optimizer as it is. The same
/// bits; on processors with caches and registers it takes longer.
///
///     static adapt::adapter<network, nn::cross_entropy, optim::in_parts<optim::sgd>, 8> device;
template <class Inner>
struct in_parts : wrapper<in_parts<Inner>, Inner> {
  using base = wrapper<in_parts, Inner>;
  using base::base;
  static constexpr char const* wrapper_name = "in_parts";
  static constexpr bool takes_parts = detail::steps_by_parts<Inner>();

  /// One step of the inner optimizer.
  template <class State, class T, class Gradient>
  status step(T* theta, Gradient const& gradient, State& s,
              step_context<T> const& context = {}) const noexcept {
    return this->inner.step(theta, gradient, s, context);
  }
};
template <class Inner>
in_parts(Inner) -> in_parts<Inner>;

}  // namespace halo::optim
