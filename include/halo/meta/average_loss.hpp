// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/meta/meta_loss.hpp>
#include <halo/meta/spectral_norm.hpp>
#include <halo/task/task.hpp>

namespace halo::meta {

/// The meta-loss at the average θ̄ of a window's last iterates, and what flows back from it.
///
/// f(L(θ̄)) over fresh mini-batches, the last of them held out, and the Jacobian term of one to
/// train on. Allocates at construction only.
template <task::task Task>
class average_loss {
 public:
  using scalar = typename Task::scalar;
  static constexpr std::size_t size = Task::layout::size;

  average_loss() : average_(size), gradient_(size), product_(size), curvature_(size) {}

  /// An average of no iterate.
  void restart() noexcept { std::fill(average_.begin(), average_.end(), scalar(0)); }
  /// Adds one of `count` iterates.
  void add(scalar const* theta, std::size_t count) noexcept {
    for (std::size_t k = 0; k < size; ++k) average_[k] += theta[k] / static_cast<scalar>(count);
  }

  /// What it found: L(θ̄), and the Jacobian term.
  struct report {
    /// L(θ̄) and the Jacobian term.
    double loss = 0, jacobian = 0;
  };
  /// @param fresh  number of the first mini-batch
  report evaluate(Task& task, meta_loss const& kind, std::uint64_t fresh,
                  spectral_norm<Task>& norm) {
    std::fill(gradient_.begin(), gradient_.end(), scalar(0));
    scalar const* const at = average_.data();
    std::size_t const batches = kind.fresh_batches;
    report r;
    for (std::size_t b = 0; b < batches; ++b) {
      auto const from =
          b + kind.held_out_batches < batches ? task::part::train : task::part::held_out;
      r.loss += task.value_and_gradient(from, fresh + b, at, product_.data()) /
                static_cast<double>(batches);
      for (std::size_t k = 0; k < size; ++k)
        gradient_[k] += product_[k] / static_cast<scalar>(batches);
    }
    for (scalar& v : gradient_) v *= static_cast<scalar>(kind.slope(r.loss));
    if (kind.jacobian != 0) r.jacobian = kind.factor(size) * roughness(task, kind, fresh, norm);
    return r;
  }
  /// dJ/dθ̄, after evaluate().
  [[nodiscard]] scalar const* gradient() const noexcept { return gradient_.data(); }

 private:
  /// What the Jacobian term measures; c times its slope is added to the gradient.
  double roughness(Task& task, meta_loss const& kind, std::uint64_t draw,
                   spectral_norm<Task>& norm) {
    scalar const* const at = average_.data();
    double value = 0, factor = kind.factor(size);
    if (kind.spectral) {
      value = norm.value(task, draw, at, kind.power_iterations);
      norm.slope(task, draw, at, curvature_.data());
    } else {
      (void)task.value_and_gradient(task::part::train, draw, at, product_.data());
      for (scalar const g : product_) value += static_cast<double>(g) * static_cast<double>(g);
      task.hessian_vector_product(draw, at, product_.data(), curvature_.data());
      factor *= 2;
    }
    for (std::size_t k = 0; k < size; ++k)
      gradient_[k] += static_cast<scalar>(factor) * curvature_[k];
    return value;
  }

  std::vector<scalar> average_, gradient_, product_, curvature_;
};

}  // namespace halo::meta
