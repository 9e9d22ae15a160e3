// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/task/choice.hpp>
#include <halo/task/task.hpp>

namespace halo::task {

/// Whether a task has losses and gradients of `Which`, a part or a choice.
template <class P, class Which>
concept differentiable_for =
    requires(P& p, Which which, std::uint64_t draw, typename P::scalar* x) {
      p.value_and_gradient(which, draw, x, x);
    };

/// The base of a task around another, which chooses (task/choice.hpp) where the inner one does: all
/// that a wrapper leaves as it is.
template <task Inner>
class wrapper {
 public:
  using layout = typename Inner::layout;
  using scalar = typename Inner::scalar;

  /// Goes around a task.
  explicit wrapper(Inner inner) : inner_(std::move(inner)) {}

  [[nodiscard]] Inner& inner() noexcept { return inner_; }
  [[nodiscard]] std::size_t rows() const noexcept { return inner_.rows(); }
  /// Share of right answers on held-out examples.
  [[nodiscard]] double accuracy(scalar const* theta) { return inner_.accuracy(theta); }
  void start(seed s, scalar* theta) { inner_.start(s, theta); }

  /// @param which  a part or a choice
  template <class Which>
    requires differentiable_for<Inner, Which>
  auto value_and_gradient(Which which, std::uint64_t draw, scalar const* theta, scalar* gradient) {
    return inner_.value_and_gradient(which, draw, theta, gradient);
  }
  void hessian_vector_product(std::uint64_t draw, scalar const* theta, scalar const* v,
                              scalar* product) {
    inner_.hessian_vector_product(draw, theta, v, product);
  }
  void hessian_vector_product(choice c, std::uint64_t draw, scalar const* theta, scalar const* v,
                              scalar* product)
    requires choosing<Inner>
  {
    inner_.hessian_vector_product(c, draw, theta, v, product);
  }

  static constexpr bool selective = chooses_hardest<Inner>();
  /// Examples of a mini-batch when so many are wanted.
  [[nodiscard]] std::size_t batch(std::size_t wanted) const noexcept
    requires choosing<Inner>
  {
    return inner_.batch(wanted);
  }
  /// Multiply-adds of a step on these examples that updates these layers.
  [[nodiscard]] std::size_t operations(choice c, layer_mask layers) const noexcept
    requires choosing<Inner>
  {
    return inner_.operations(c, layers);
  }

 protected:
  Inner inner_;  ///< the task within
};

}  // namespace halo::task
