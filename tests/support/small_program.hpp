// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/learned/program.hpp>
#include <halo/learned/weight_table.hpp>
#include <halo/simd/math.hpp>

namespace support {

using namespace halo;

/// A learned optimizer of few numbers in which every part depends on all it is told, smoothly.
struct small_program {
  static constexpr std::size_t state = 3, held = 1, tensor_state = 2, global_state = 2;
  static constexpr std::size_t overview = 2, context = 2, carry = 2, sums = 2, decision = 2;
  static constexpr char const* name = "small";
  static constexpr std::size_t operations_per_parameter = 1;
  static constexpr learned::weight_table table{
      std::to_array<learned::weight_info>({{"w", 1, 8}, {"matrix", 3, 2}, {"bias", 1, 2}})};

  /// tanh(x·W + b) with its outputs where they are wanted.
  template <class R, class V>
  static void mix(R const& r, V a, V b, V c, V* out) {
    using simd::tanh;
    std::array<V, 3> const in{a, b, c};
    r.template affine<3, 2>(in.data(), 8, 14, out);
    out[0] = tanh(out[0]);
    out[1] = tanh(out[1]);
  }
  template <class R, class Z>
  static void survey(R const& r, auto const& f, Z const* total, Z const* global, Z* seen) {
    mix(r, total[0] * total[1], global[0] * f.loss, global[1], seen);
  }
  template <class R, class Z>
  static void prepare(R const& r, auto const& f, Z const* tensor, Z const* global, Z const* seen,
                      Z* told) {
    mix(r, tensor[0] * global[0], tensor[1] * seen[1], global[1] * f.loss, told);
    told[0] = told[0] + seen[0] * r.weight(0);
  }
  template <class R, class V>
  static void observe(R const& r, V const& g, V const& theta, V* s, V* carried, V* sum) {
    std::array<V, 2> y;
    mix(r, g * s[0], theta * r.row(0), s[1], y.data());
    s[0] = y[0] * s[2] + r.weight(1) * s[1];
    s[1] = y[1] * r.row(1);
    carried[0] = y[0] * theta;
    carried[1] = y[1] * g * r.weight(2);
    sum[0] = s[0] * theta;
    sum[1] = s[1] * g + s[2];
  }
  template <class R, class Z>
  static void decide(R const& r, auto const& f, Z const* mean, Z* tensor, Z const* global,
                     Z* chosen) {
    mix(r, mean[0] * tensor[0], mean[1] * f.loss, global[0] * tensor[1], chosen);
    tensor[0] = tensor[0] * r.weight(3) + chosen[0];
    tensor[1] = tensor[1] * mean[0] + global[1];
  }
  template <class R, class V>
  static V apply(R const& r, V const& g, V const& theta, V* s, V const* carried) {
    std::array<V, 2> y;
    mix(r, carried[0] * r.row(0), carried[1] * s[1], s[0] * g, y.data());
    V const moved = theta - y[0] * r.row(1) - r.weight(4) * s[2] * g;
    s[2] = s[2] * r.weight(5) + y[1];
    return moved;
  }
  template <class R, class Z>
  static void conclude(R const& r, auto const& f, Z const* total, Z const* last, Z* global) {
    std::array<Z, 2> y;
    mix(r, total[0] * last[1], total[1] * global[0], last[0] * f.loss, y.data());
    global[0] = global[0] * r.weight(6) + y[0];
    global[1] = global[1] * y[1];
  }
  template <class R, class Z>
  static void initial(R const& r, auto const& f, Z* coordinate, Z* tensor, Z* global) {
    mix(r, r.weight(0) * r.weight(7), r.weight(1) * f.loss, r.weight(2), tensor);
    coordinate[0] = r.weight(3) * r.weight(3);
    coordinate[1] = tensor[0] * r.weight(4);
    coordinate[2] = r.weight(5);
    global[0] = r.weight(6) * tensor[1];
    global[1] = r.weight(7) * r.weight(7);
  }
};

}  // namespace support
