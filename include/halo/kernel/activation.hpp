// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <ratio>

#include <halo/simd/math.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

// An activation is a function object over registers (of numbers or of dual numbers): f(x), also the
// end of a gemm, and f.slope(y), the derivative written in the output where from_output, which
// frees the caller from keeping the input, else in the input. NaN stays NaN in all of them. Where a
// call takes exponentials and the like or quotients, `functions` and `slope_functions` count them.

namespace halo::kernel {

/// x.
struct identity {
  static constexpr char const* name = "identity";
  static constexpr bool from_output = true;
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    return x;
  }
  template <class V>
  [[nodiscard]] V slope(V) const noexcept {
    return V(1);
  }
};

/// max(0, x); slope 0 at 0, as in PyTorch.
struct relu {
  static constexpr char const* name = "relu";
  static constexpr bool from_output = true;
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    return select(x <= V(0), V(0), x);
  }
  template <class V>
  [[nodiscard]] V slope(V y) const noexcept {
    return select(y <= V(0), V(0), V(1));
  }
};

/// x for x > 0, Slope · x otherwise; a positive slope, since it follows from the output's sign.
template <class Slope>
struct basic_leaky_relu {
  static_assert(Slope::num > 0, "halo: leaky_relu: its slope is positive");
  static constexpr char const* name = "leaky relu";
  static constexpr bool from_output = true;
  /// Slope as a number.
  static constexpr double below = static_cast<double>(Slope::num) / static_cast<double>(Slope::den);
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    return select(x > V(0), x, x * V(below));
  }
  template <class V>
  [[nodiscard]] V slope(V y) const noexcept {
    return select(y > V(0), V(1), V(below));
  }
};

/// The same with a slope of 1/100 (PyTorch's default; TensorFlow's is 0.2).
using leaky_relu = basic_leaky_relu<std::ratio<1, 100>>;

/// tanh x; slope 1 - y².
struct tanh {
  static constexpr char const* name = "tanh";
  static constexpr bool from_output = true;
  static constexpr std::size_t functions = 1;
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    using simd::tanh;  // the struct's own name is in the way
    return tanh(x);
  }
  template <class V>
  [[nodiscard]] V slope(V y) const noexcept {
    return V(1) - y * y;
  }
};

/// 1 / (1 + e^-x); slope y (1 - y).
struct sigmoid {
  static constexpr char const* name = "sigmoid";
  static constexpr bool from_output = true;
  static constexpr std::size_t functions = 1;
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    using simd::sigmoid;
    return sigmoid(x);
  }
  template <class V>
  [[nodiscard]] V slope(V y) const noexcept {
    return y - y * y;
  }
};

/// x for x > 0, e^x - 1 otherwise: the exponential linear unit with α = 1 [Clevert et al. 2015].
///
/// e^x - 1 = 2t / (1 - t) with t = tanh(x/2), which keeps its digits near 0. The slope needs the
/// input: 1 + y has lost e^x from x = -15 on.
struct elu {
  static constexpr char const* name = "elu";
  static constexpr bool from_output = false;
  static constexpr std::size_t functions = 2, slope_functions = 1;
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    using simd::tanh;
    V const t = tanh(x * V(0.5));
    return select(x > V(0), x, (t + t) / (V(1) - t));
  }
  template <class V>
  [[nodiscard]] V slope(V x) const noexcept {
    using simd::exp;
    return select(x > V(0), V(1), exp(select(x > V(0), V(0), x)));
  }
};

/// ln(1 + e^x) = max(0, x) + ln(1 + e^-|x|); slope 1 - e^-y.
struct softplus {
  static constexpr char const* name = "softplus";
  static constexpr bool from_output = true;
  static constexpr std::size_t functions = 3, slope_functions = 2;
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    using simd::exp;
    using simd::log;
    // select, not abs and max: the tangent of a dual number is right at 0 too
    V const e = exp(select(x > V(0), -x, x));
    V const u = e + V(1);
    V const lost = e - (u - V(1));  // what the sum rounded away
    return select(x > V(0), x, V(0)) + (log(u) + lost / u);
  }
  template <class V>
  [[nodiscard]] V slope(V y) const noexcept {
    using simd::tanh;
    V const t = tanh(y * V(0.5));
    return (t + t) / (V(1) + t);  // 1 - e^-y with all its digits near 0
  }
};

/// x Φ(x) with Φ the normal distribution, in its tanh form [Hendrycks & Gimpel 2016]:
///
/// x / 2 · (1 + tanh u) = x · sigmoid(2u),  u = √(2/π) (x + 0.044715 x³).
///
/// PyTorch's GELU(approximate="tanh"); its default takes erf instead, which differs by less than
/// 5e-4. Its slope needs the input. NaN at -infinity.
struct gelu {
  static constexpr char const* name = "gelu";
  static constexpr bool from_output = false;
  static constexpr std::size_t functions = 1, slope_functions = 1;
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    return x * gate(x);
  }
  template <class V>
  [[nodiscard]] V slope(V x) const noexcept {
    V const s = gate(x);
    V const q = s - s * s;
    V const inner = V(1.5957691216057308) * (V(1) + V(0.134145) * x * x);
    return select(q == V(0), s, s + x * q * inner);  // far out x² may overflow, q is 0 there
  }

 private:
  template <class V>
  [[nodiscard]] static V gate(V x) noexcept {
    using simd::sigmoid;
    return sigmoid(V(1.5957691216057308) * (x + V(0.044715) * x * x * x));  // 2√(2/π)
  }
};

/// y ← f(x), n elements; y may be x.
template <class Arch = simd::default_arch, class F, class P>
void activation_forward(F f, std::size_t n, simd::const_of<P> x, P y) noexcept {
  simd::for_each_chunk<simd::scalar_of<P>, Arch>(
      n, [=](auto chunk) { chunk.store(y, f(chunk.load(x))); });
}

/// dx ← dy · f'(z), n elements; z is f's output where F::from_output, else its input; dx may be dy.
template <class Arch = simd::default_arch, class F, class P>
void activation_backward(F f, std::size_t n, simd::const_of<P> z, simd::const_of<P> dy,
                         P dx) noexcept {
  simd::for_each_chunk<simd::scalar_of<P>, Arch>(
      n, [=](auto chunk) { chunk.store(dx, chunk.load(dy) * f.slope(chunk.load(z))); });
}

}  // namespace halo::kernel
