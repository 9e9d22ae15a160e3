// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <halo/optim/operations.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::optim {

/// Any optimizer with its gradient clipped first: scaled down to a norm [Pascanu et al. 2013,
/// Algorithm 1], and limited element by element.
///
/// The norm is that of the selected gradient. A gradient that is not finite is never clipped into a
/// finite one: it gives status::non_finite (clip_grad_norm_ of PyTorch lets NaN through).
template <class Inner>
struct clipped {
  Inner inner{};
  float norm = std::numeric_limits<float>::infinity();   ///< largest Euclidean norm
  float value = std::numeric_limits<float>::infinity();  ///< largest magnitude of an element

  static constexpr char const* name = Inner::name;
  static constexpr std::size_t operations_per_parameter = Inner::operations_per_parameter + 2;

  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask) noexcept {
    return optim::operations<Inner, Layout>(mask) + 2 * selected_parameters<Layout>(mask);
  }

  template <parameter_layout Layout, floating T = float>
  using state = typename Inner::template state<Layout, T>;
  template <parameter_layout Layout, floating T = float>
  [[nodiscard]] state<Layout, T> init() const noexcept {
    return inner.template init<Layout, T>();
  }

  /// One step; reads the gradient once more where a norm is given.
  template <class State, class T>
  status step(T* theta, T const* gradient, State& s, step_context<T> context = {}) const noexcept {
    using Layout = typename State::layout;
    context.limit = std::min(context.limit, static_cast<T>(value));
    if (norm < std::numeric_limits<float>::infinity()) {
      double square = 0;
      for_each_run<Layout>(
          context.mask, [](std::size_t) { return 0; },
          [&](std::size_t begin, std::size_t end, std::size_t) {
            square += square_sum(end - begin, gradient + begin);
          });
      if (!std::isfinite(square)) return status::non_finite;
      double const length = std::sqrt(square) * static_cast<double>(context.scale);
      if (length > static_cast<double>(norm)) {
        context.scale *= static_cast<T>(static_cast<double>(norm) / length);
      }
    }
    return inner.step(theta, gradient, s, context);
  }

 private:
  /// Σ x², registers in T per block of 1024, blocks in double: no overflow below |x| = 1e18.
  template <class T>
  [[nodiscard]] static double square_sum(std::size_t n, T const* x) noexcept {
    using V = simd::batch<T>;
    double sum = 0;
    for (std::size_t i = 0; i < n; i += 1024) {
      V part(T(0));
      simd::for_each_chunk<T>(std::min<std::size_t>(1024, n - i), [&](auto chunk) {
        V const v = chunk.load(x + i);
        part = fma(v, v, part);
      });
      sum += static_cast<double>(lane_sum(part));
    }
    return sum;
  }
};

}  // namespace halo::optim
