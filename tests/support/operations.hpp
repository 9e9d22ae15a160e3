// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every operation of autodiff as a function of two numbers of any kind: float, double, registers,
// dual numbers, variables. Named as in golden/derivatives.hpp.

#include <algorithm>
#include <cmath>
#include <string_view>

#include <halo/autodiff/scalar.hpp>
#include <halo/simd/math.hpp>

namespace support {

using namespace halo;

using autodiff::fma;
using autodiff::select;
using simd::exp;
using simd::log;
using simd::sigmoid;
using simd::tanh;
using std::abs;
using std::max;
using std::min;
using std::sqrt;

/// Calls visit(name, f) for the operations that registers have too.
template <class Visit>
void for_each_operation(Visit visit) {
  visit("sum", [](auto a, auto b) { return a + b; });
  visit("difference", [](auto a, auto b) { return a - b; });
  visit("product", [](auto a, auto b) { return a * b; });
  visit("quotient", [](auto a, auto b) { return a / b; });
  visit("negation", [](auto a, auto) { return -a; });
  visit("constants left",
        [](auto a, auto b) { return (2 + a) * (3 - b) + 4 / (5 + a * a) - 6 * b; });
  visit("constants right", [](auto a, auto b) { return (a + 2) * (b - 3) / 4 - a * 5; });
  visit("fma", [](auto a, auto b) { return fma(a, b, a); });
  visit("fma with constants", [](auto a, auto b) {
    using V = decltype(a);
    return fma(a, V(3), b) + fma(V(2), b, V(1)) * fma(a, b, V(2));
  });
  visit("exp", [](auto a, auto) { return exp(a); });
  visit("log", [](auto a, auto) { return log(a); });
  visit("tanh", [](auto a, auto) { return tanh(a); });
  visit("sigmoid", [](auto a, auto) { return sigmoid(a); });
  visit("sqrt", [](auto a, auto) { return sqrt(a); });
  visit("abs", [](auto a, auto b) { return abs(a) * b; });
  visit("min", [](auto a, auto b) { return min(a, b) * a; });
  visit("max", [](auto a, auto b) { return max(a, b) * a; });
  visit("select", [](auto a, auto b) { return select(a < b, a * b, a / b); });
  visit("composed", [](auto a, auto b) {
    auto y = tanh(a * b);
    y *= exp(-b * b);
    y /= 1 + a * a;
    return y;
  });
}

/// Calls visit(name, f) for those of plain numbers alone.
template <class Visit>
void for_each_scalar_operation(Visit visit) {
  using std::asinh;
  using std::cos;
  using std::erf;
  using std::sin;
  visit("asinh", [](auto a, auto) { return asinh(a); });
  visit("sin", [](auto a, auto) { return sin(a); });
  visit("cos", [](auto a, auto) { return cos(a); });
  visit("erf", [](auto a, auto) { return erf(a); });
}

}  // namespace support
