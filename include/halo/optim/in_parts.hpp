// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/optim/optimizer.hpp>
#include <halo/optim/wrapper.hpp>

namespace halo::optim {

/// An optimizer that takes its gradient in parts, so that an adapter needs no buffer for it.
///
/// For sgd, momentum, adagrad, rmsprop, adam and others made by transact, on networks whose layers
/// hand out parts (nn::gradient_parts); with others it is the optimizer as it is. The same bits; on
/// processors with caches and registers it takes longer.
///
///     static adapt::adapter<network, nn::cross_entropy, optim::in_parts<optim::sgd>, 8> device;
template <class Inner>
struct in_parts : wrapper<in_parts<Inner>, Inner> {
  using base = wrapper<in_parts, Inner>;
  using base::base;
  static constexpr char const* wrapper_name = "in_parts";
  static constexpr bool takes_parts = true;

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
