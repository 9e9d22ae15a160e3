// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/assert.hpp>
#include <halo/core/cost.hpp>
#include <halo/kernel/pointwise_loss.hpp>
#include <halo/nn/loss_part.hpp>
#include <halo/simd/math.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::nn {

/// Negative log-likelihood of numbers under normal distributions that the network describes: a row
/// of outputs is k means, then the logarithms of their k variances; a row of targets is k numbers
/// [Nix & Weigend 1994].
///
/// L = mean of (s + (m - t)² e^-s) / 2 over the k targets of all rows,  m a mean, s its logarithm
/// (PyTorch's GaussianNLLLoss with its default reduction, which takes the variance itself and keeps
/// it above 1e-6; here s is any number, so nothing is cut off). Without the constant ln(2π)/2, so
/// it may be negative.
struct gaussian_nll {
  using target = float;
  static constexpr char const* name = "gaussian nll";
  static constexpr std::size_t targets(std::size_t outputs) noexcept { return outputs / 2; }
  /// Whether a network may have so many outputs: an even number.
  static constexpr bool takes_outputs(std::size_t outputs) noexcept {
    return outputs > 0 && outputs % 2 == 0;
  }

  /// What the loss of a row and its gradient take: an exponential and four products a target.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    std::size_t const n = targets(outputs);
    return {4 * n, n, outputs + n, outputs};
  }

  /// Mean over the targets of all rows; dy = its gradient unless null.
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    return run<P>(rows, outputs, y, t, dy);
  }

  /// The same mean, and the loss of every row.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    T* const nowhere = nullptr;
    for (std::size_t i = 0; i < rows; ++i)
      losses[i] =
          value_and_gradient(1, outputs, y + i * outputs, t + i * targets(outputs), nowhere);
    return value_and_gradient(rows, outputs, y, t, nowhere);
  }

 private:
  template <class P, class Arch = simd::default_arch>
  static simd::element_of<P> run(std::size_t rows, std::size_t outputs, simd::const_of<P> y,
                                 target const* t, P dy) noexcept {
    using T = simd::scalar_of<P>;
    using E = simd::element_of<P>;
    using V = typename simd::pointer_traits<P>::template register_of<Arch>;
    using simd::exp;
    HALO_EXPECTS(takes_outputs(outputs), "gaussian_nll: a mean and a logarithm for each target");
    std::size_t const n = targets(outputs);
    if (rows == 0) return E(0);
    V const share(T(1) / static_cast<T>(rows * n)), half(T(0.5));
    detail::sum_of_rows<E> sum;
    for (std::size_t i = 0; i < rows; ++i, y += outputs, t += n) {
      V of_row(T(0));
      simd::for_each_chunk<T, Arch>(n, [&](auto chunk) {
        V const s = chunk.load(y + n);
        V const error = V(chunk.load(y)) - kernel::load_targets<T, Arch>(chunk, t);
        V const root = exp(-s * half);  // 1 / deviation: its square may be too large for a number
        V const z = error * root;
        of_row += (s + z * z) * half;
        if (dy == nullptr) return;
        chunk.store(dy, z * root * share);
        chunk.store(dy + n, (V(1) - z * z) * half * share);
      });
      sum.add(lane_sum(of_row));
      if (dy != nullptr) dy += outputs;
    }
    return sum.value() * E(T(1) / static_cast<T>(rows * n));
  }
};

}  // namespace halo::nn
