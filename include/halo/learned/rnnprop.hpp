// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>

#include <halo/core/bad_option.hpp>
#include <halo/core/portable.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/recurrent.hpp>
#include <halo/learned/weight_table.hpp>
#include <halo/simd/math.hpp>

namespace halo::learned {

/// Which RNNProp.
struct rnnprop_options {
  std::size_t units = 20;  ///< of each LSTM layer
  double output = 0.1;     ///< no step is longer

  static constexpr void record(auto& self, auto&& f) {
    f.option("units", self.units, allowed::at_least(1));
    f.option("output", self.output, allowed::positive());
  }
};

/// x where it is positive, else e^x - 1 [Clevert et al. 2016].
template <class V>
[[nodiscard]] V elu(V const& x) {
  using simd::exp;
  V const zero = as_number<V>(0);
  return select(x > zero, x, exp(min(x, zero)) - as_number<V>(1));
}

/// The optimizer of Lv et al. 2017, "Learning gradient descent: better generalization and longer
/// horizons" (RNNProp): an LSTM a coordinate that sees what Adam and RMSProp would do.
///
///     m ← 0.95 m + 0.05 g,  w ← 0.95 w + 0.05 g²,  m̂ = m/(1-0.95^t),  ŵ = w/(1-0.95^t)
///     x = ELU([g, m̂]/(√ŵ + 1e-8) · W0 + b0)
///     (h1, c1) ← LSTM(x, h1, c1),  (h2, c2) ← LSTM(h1, h2, c2)
///     θ ← θ - output·tanh(h2·W + b)
/// t counts the steps of each tensor by itself. Scale free: gradients c times as long change
/// nothing. Its weights must be learned.
template <rnnprop_options O = rnnprop_options{}>
struct rnnprop_program : coordinate_program {
  static constexpr rnnprop_options options = O;
  static_assert(!first_bad_option(O), "halo: rnnprop: an option is out of its range");
  static constexpr std::size_t units = O.units;  ///< of each LSTM layer
  static constexpr char const* name = "rnnprop";
  static constexpr std::size_t functions_per_parameter = 11 * units + 4;
  static constexpr std::size_t operations_per_parameter =
      16 * units * units + 10 * units + 10 + functions_per_parameter;

  /// Where m and w of a coordinate lie.
  static constexpr std::size_t at_m = 4 * units, at_w = at_m + 1;
  static constexpr std::size_t state = 4 * units + 2;  // h1, c1, h2, c2, m, w
  [[nodiscard]] static constexpr allowed range_of(std::size_t k) {
    return k == at_w ? allowed::non_negative() : allowed::finite();
  }
  static constexpr std::size_t context = 1;  // 1 / (1 - 0.95^t)
  static constexpr std::size_t carry = 1;    // tanh(...)

  // the biases of a layer follow each other: gates i, f, g, o
  static constexpr auto table = [] {
    return weight_table{std::to_array<weight_info>({
        {"input", 2, units, truncated(0.1)},
        {"input_bias", 1, units},
        {"first", 2 * units, 4 * units, truncated(1 / square_root(2 * units))},
        {"first.input_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"first.forget_bias", 1, units, truncated(1 / square_root(2 * units), 1)},
        {"first.cell_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"first.output_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"second", 2 * units, 4 * units, truncated(1 / square_root(2 * units))},
        {"second.input_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"second.forget_bias", 1, units, truncated(1 / square_root(2 * units), 1)},
        {"second.cell_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"second.output_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"output", units, 1, truncated(0.1)},
        {"output_bias", 1, 1},
    })};
  }();

  template <class R, class Z>
  static void prepare(R const&, auto const& f, Z const*, Z const*, Z const*, Z* row) {
    row[0] = as_number<Z>(1 / (1 - core::portable_power(0.95, static_cast<double>(f.own_step))));
  }

  template <class R, class V>
  static void observe(R const& r, V const& g, V const&, V* s, V* carried, V*) {
    using autodiff::fma;
    using simd::tanh;
    using std::sqrt;
    V const keep = as_number<V>(0.95), correction = r.row(0);
    s[at_m] = fma(keep, s[at_m] - g, g);
    s[at_w] = fma(keep, s[at_w] - g * g, g * g);
    // the root of a gradient that always was zero has no derivative
    V const size = sqrt(max(s[at_w] * correction, as_number<V>(1e-32))) + as_number<V>(1e-8);
    std::array<V, 2> const seen{g / size, s[at_m] * correction / size};
    std::array<V, units> x;
    r.template affine<2, units>(seen.data(), table["input"], table["input_bias"], x.data());
    for (V& xi : x) xi = elu(xi);
    lstm_layer<units, units>(r, x.data(), table["first"], table["first.input_bias"], s, s + units);
    lstm_layer<units, units>(r, static_cast<V const*>(s), table["second"],
                             table["second.input_bias"], s + 2 * units, s + 3 * units);
    r.template affine<units, 1>(s + 2 * units, table["output"], table["output_bias"], carried);
    carried[0] = tanh(carried[0]);
  }

  template <class R, class V>
  static V apply(R const&, V const&, V const& theta, V*, V const* carried) {
    using autodiff::fma;
    return fma(carried[0], as_number<V>(-O.output), theta);
  }

  template <class R, class Z>
  static void initial(R const&, auto const&, Z* coordinate, Z*, Z*) {
    for (std::size_t k = 0; k < state; ++k) coordinate[k] = Z(0);
  }
};

/// RNNProp as an optimizer.
template <rnnprop_options O = rnnprop_options{}, floating W = float>
using rnnprop = optimizer<rnnprop_program<O>, W>;

}  // namespace halo::learned

#include <halo/macros_back.hpp>
