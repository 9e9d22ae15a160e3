// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/layer_mask.hpp>
#include <halo/task/task.hpp>

namespace halo::task {

/// What a step asks of its mini-batch to train on.
struct choice {
  std::size_t rows = 0;      ///< examples, as P::batch gave them
  std::size_t backward = 0;  ///< the gradient is of the mean loss of so many of them, of the
                             ///< largest losses; as many as rows: of all
};

/// What it gave.
struct evaluation {
  double loss = 0;                                             ///< mean over all rows
  double accuracy = std::numeric_limits<double>::quiet_NaN();  ///< share of right answers among
                                                               ///< them; NaN where there are none
};

/// A task whose mini-batches can be as a policy wants them (optim/policy.hpp): of another number of
/// examples, the gradient of the hardest of them.
///
/// p.batch(wanted)                   examples of a mini-batch where so many are wanted; 0: any
///                                   number
/// P::selective                      whether the gradient can be of some examples alone
/// p.value_and_gradient(choice, draw, theta, g)              → evaluation; g may be null
/// p.hessian_vector_product(choice, draw, theta, v, product) H·v of what that gradient is of
/// p.operations(choice, layers)      multiply-adds of the network, forward and back to these layers
template <class P>
concept choosing = task<P> && requires(P& p, choice c, std::uint64_t draw, typename P::scalar* x,
                                       typename P::scalar const* theta) {
  { p.batch(std::size_t{}) } -> std::convertible_to<std::size_t>;
  { P::selective } -> std::convertible_to<bool>;
  { p.value_and_gradient(c, draw, theta, x) } -> std::same_as<evaluation>;
  p.hessian_vector_product(c, draw, theta, theta, x);
  { p.operations(c, layer_mask{}) } -> std::convertible_to<std::size_t>;
};

/// Whether the gradient of a task can be of the hardest examples alone.
template <class P>
[[nodiscard]] consteval bool chooses_hardest() noexcept {
  if constexpr (choosing<P>)
    return P::selective;
  else
    return false;
}

}  // namespace halo::task
