// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <halo/optim/transact.hpp>
#include <halo/optim/wrapper.hpp>
#include <halo/simd/transform.hpp>

namespace halo::optim {

/// Any optimizer with its gradient clipped first: scaled down to a norm [Pascanu et al. 2013,
/// Algorithm 1], and limited element by element.
///
/// The norm is that of the selected gradient. A gradient that is not finite is never clipped into a
/// finite one: it gives status::non_finite (clip_grad_norm_ of PyTorch lets NaN through). A finite
/// one of any size is.
///
///     optim::clipped(optim::adam{}, {.norm = 1})
template <class Inner>
struct clipped : wrapper<clipped<Inner>, Inner> {
  struct config_type {
    float norm = std::numeric_limits<float>::infinity();   ///< largest Euclidean norm
    float value = std::numeric_limits<float>::infinity();  ///< largest magnitude of an element
    static constexpr void record(auto& self, auto&& f) {
      f.option("norm", self.norm, allowed::positive_or_infinite());
      f.option("value", self.value, allowed::positive_or_infinite());
    }
  };
  config_type config{};

  using base = wrapper<clipped, Inner>;
  static constexpr char const* wrapper_name = "clipped";
  static constexpr std::size_t operations_per_parameter = Inner::operations_per_parameter + 2;
  static constexpr void record(auto& self, auto&& f) {
    base::record(self, f);
    f.part("", self.config);
  }

  constexpr clipped() = default;
  /// An optimizer with its gradient clipped.
  constexpr clipped(Inner optimizer, config_type c = {}) : base(std::move(optimizer)), config(c) {}

  template <parameter_layout Layout>
  [[nodiscard]] static constexpr std::size_t operations(layer_mask mask) noexcept {
    return optim::operations<Inner, Layout>(mask) + 2 * selected_parameters<Layout>(mask);
  }

  /// Numbers that a step reads and writes: the inner optimizer's, and the gradient once more.
  template <parameter_layout Layout>
  [[nodiscard]] static constexpr cost moved(layer_mask mask) noexcept {
    return optim::moved<Inner, Layout>(mask) + cost{0, 0, selected_parameters<Layout>(mask), 0};
  }

  /// One step; reads the gradient once more where a norm is given, and once again where it is
  /// large.
  template <class State, class T>
  status step(T* theta, T const* gradient, State& s, step_context<T> context = {}) const noexcept {
    using layout = typename State::layout;
    context.limit = std::min(context.limit, static_cast<T>(config.value));
    if (config.norm < std::numeric_limits<float>::infinity()) {
      auto const [root, exponent] = norm_of<layout>(context, gradient);  // root · 2^exponent
      double const length = root * static_cast<double>(context.scale);
      if (!std::isfinite(length)) return status::non_finite;
      double const most = std::ldexp(static_cast<double>(config.norm), -exponent);
      if (length > most) context.scale *= static_cast<T>(most / length);
    }
    return this->inner.step(theta, gradient, s, context);
  }

 private:
  /// A number that may be too large for its type.
  struct wide {
    double root;
    int exponent;
  };
  /// √Σ g² of what is selected, registers in T per block of 1024, blocks in double. Where squares
  /// overflow or vanish, of numbers divided by the largest.
  template <class Layout, class T>
  [[nodiscard]] static wide norm_of(step_context<T> const& context, T const* gradient) noexcept {
    auto const root = [&](T factor) {
      double square = 0;
      for_each_run<Layout>(
          context.mask, [](std::size_t) { return 0; },
          [&](std::size_t begin, std::size_t end, std::size_t) {
            square += square_sum(end - begin, gradient + begin, factor);
          });
      return std::sqrt(square);
    };
    double const plain = root(T(1));
    double const least = std::sqrt(static_cast<double>(std::numeric_limits<T>::min())) * 1e8;
    if (plain > least && plain < 1 / least) return {plain, 0};
    step_context<T> unknown = context;
    unknown.magnitude = T(-1);  // a bound may be far too large
    T const most = detail::largest_gradient<Layout>(unknown, gradient);
    if (most == T(0) || !std::isfinite(most)) return {static_cast<double>(most), 0};
    // a power of two: exact, and its inverse is neither 0 nor infinite
    int exponent = 0;
    static_cast<void>(std::frexp(most, &exponent));
    constexpr int most_exponent = std::numeric_limits<T>::max_exponent - 28;
    exponent = std::clamp(exponent, -most_exponent, most_exponent);
    return {root(static_cast<T>(std::ldexp(1.0, -exponent))), exponent};
  }
  template <class T>
  [[nodiscard]] static double square_sum(std::size_t n, T const* x, T factor) noexcept {
    using V = simd::batch<T>;
    double sum = 0;
    for (std::size_t i = 0; i < n; i += 1024) {
      V part(T(0));
      simd::for_each_chunk<T>(std::min<std::size_t>(1024, n - i), [&](auto chunk) {
        V const v = chunk.load(x + i) * V(factor);
        part = fma(v, v, part);
      });
      sum += static_cast<double>(lane_sum(part));
    }
    return sum;
  }
};

}  // namespace halo::optim

#include <halo/macros_back.hpp>
