// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <limits>

#include <halo/adapt/gradient_memory.hpp>
#include <halo/adapt/statistics.hpp>
#include <halo/nn/layer.hpp>
#include <halo/optim/guard.hpp>
#include <halo/optim/optimizer.hpp>

namespace halo::adapt::detail {

/// The second half of a step, after backward: the optimizer and the running statistics move, or
/// neither does where a number is not finite or the guard finds one out of proportion.
///
/// @param p         the forward pass that the gradient is of
/// @param bound     of the selected |gradient|
/// @param gradient  a buffer, or what hands out parts
/// @param context   for the optimizer; its loss is finite
template <class Network, class Optimizer, class Gradient>
optim::status guarded_update(
    optim::guard const& guard, optim::guard::state& levels, nn::pass const& p, float const* arena,
    running_statistics<Network>& statistics, float bound, Optimizer const& optimizer, float* theta,
    Gradient const& gradient,
    typename Optimizer::template state<typename Network::layout, float>& state,
    optim::step_context<float> context) noexcept {
  using layout = typename Network::layout;
  // a moderate bound is good enough; where it is large it is measured
  auto const limit = guard.gradient_limit(levels);
  if (bound <= 1e6F && static_cast<double>(bound) <= limit) context.magnitude = bound;
  context.magnitude = largest_gradient<layout>(context, gradient);
  auto const size = static_cast<double>(context.magnitude);
  double const moments = statistics.propose(p, arena);
  if (!std::isfinite(size) || !std::isfinite(moments)) return optim::status::non_finite;
  if (!guard.accepts(levels, context.loss, size, moments)) return optim::status::out_of_proportion;
  optim::status const s = optimizer.step(theta, gradient, state, context);
  if (s != optim::status::done) return s;
  statistics.accept();
  guard.accepted(levels, context.loss, size, moments);
  return s;
}

}  // namespace halo::adapt::detail

#include <halo/macros_back.hpp>
