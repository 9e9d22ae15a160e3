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

/// Which coordinate-wise LSTM.
struct coordinate_lstm_options {
  std::size_t units = 20;    ///< of each LSTM layer
  double range = 10;         ///< p: a gradient is small below e^-p
  bool shifted_log = false;  ///< the logarithm is of |g| + 2^-23, as in the released code
  double output = 0.01;      ///< the network's output times this is the step

  static constexpr void record(auto& self, auto&& f) {
    f.option("units", self.units, allowed::at_least(1));
    f.option("range", self.range, allowed::positive());
    f.option("shifted_log", self.shifted_log);
    f.option("output", self.output, allowed::positive());
  }
};

namespace coordinate {
/// As the released code of Andrychowicz et al. runs.
inline constexpr coordinate_lstm_options released{.range = 5, .shifted_log = true};
}  // namespace coordinate

/// What the LSTM sees of a gradient: its logarithm and its sign, or where it is small itself.
///
/// x = (max(ln|g|/p, -1), clip(e^p g, ±1)), which is (ln|g|/p, sign g) where |g| ≥ e^-p and else
/// (-1, e^p g) [Andrychowicz et al. 2016, appendix A].
template <coordinate_lstm_options O, class V>
[[nodiscard]] std::array<V, 2> log_and_sign(V const& g) {
  using simd::log;
  using std::abs;
  V const least = as_number<V>(core::portable_exp(-O.range)), one = as_number<V>(1);
  V const size = O.shifted_log ? abs(g) + as_number<V>(0x1p-23) : abs(g);
  return {log(max(size, least)) * as_number<V>(1 / O.range),
          max(min(g * as_number<V>(core::portable_exp(O.range)), one), -one)};
}

/// The optimizer of Andrychowicz et al. 2016, "Learning to learn by gradient descent by gradient
/// descent" (DM-L2O): the same two LSTM layers for every coordinate, each with its own state.
///
/// (h1, c1) ← LSTM(x(g), h1, c1),  (h2, c2) ← LSTM(h1, h2, c2),  θ ← θ + output·(h2·W + b)
/// p = 10 is the paper's; the released code has 5, and 1 beside the forget gate's bias, which here
/// is part of its initial value. Untrained it walks about; its weights must be learned.
template <coordinate_lstm_options O = coordinate_lstm_options{}>
struct coordinate_lstm_program : coordinate_program {
  static constexpr coordinate_lstm_options options = O;
  static_assert(!first_bad_option(O), "halo: coordinate_lstm: an option is out of its range");
  static constexpr std::size_t units = O.units;  ///< of each LSTM layer
  static constexpr char const* name = "coordinate_lstm";
  static constexpr std::size_t functions_per_parameter = 10 * units + 1;
  static constexpr std::size_t operations_per_parameter =
      12 * units * units + 15 * units + 3 + (O.shifted_log ? 1 : 0) + functions_per_parameter;

  static constexpr std::size_t state = 4 * units;  // h1, c1, h2, c2
  static constexpr std::size_t carry = 1;          // the step

  // the biases of a layer follow each other: gates i, f, g, o
  static constexpr auto table = [] {
    return weight_table{std::to_array<weight_info>({
        {"first", 2 + units, 4 * units, truncated(1 / square_root(2 + units))},
        {"first.input_bias", 1, units, truncated(1 / square_root(2 + units))},
        {"first.forget_bias", 1, units, truncated(1 / square_root(2 + units), 1)},
        {"first.cell_bias", 1, units, truncated(1 / square_root(2 + units))},
        {"first.output_bias", 1, units, truncated(1 / square_root(2 + units))},
        {"second", 2 * units, 4 * units, truncated(1 / square_root(2 * units))},
        {"second.input_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"second.forget_bias", 1, units, truncated(1 / square_root(2 * units), 1)},
        {"second.cell_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"second.output_bias", 1, units, truncated(1 / square_root(2 * units))},
        {"output", units, 1, truncated(1 / square_root(units))},
        {"output_bias", 1, 1},
    })};
  }();

  template <class R, class V>
  static void observe(R const& r, V const& g, V const&, V* s, V* carried, V*) {
    std::array<V, 2> const x = log_and_sign<O>(g);
    lstm_layer<2, units>(r, x.data(), table["first"], table["first.input_bias"], s, s + units);
    lstm_layer<units, units>(r, static_cast<V const*>(s), table["second"],
                             table["second.input_bias"], s + 2 * units, s + 3 * units);
    r.template affine<units, 1>(s + 2 * units, table["output"], table["output_bias"], carried);
  }

  template <class R, class V>
  static V apply(R const&, V const&, V const& theta, V*, V const* carried) {
    using autodiff::fma;
    return fma(carried[0], as_number<V>(O.output), theta);
  }

  template <class R, class Z>
  static void initial(R const&, auto const&, Z* coordinate, Z*, Z*) {
    for (std::size_t k = 0; k < state; ++k) coordinate[k] = Z(0);
  }
};

/// DM-L2O as an optimizer.
template <coordinate_lstm_options O = coordinate_lstm_options{}, floating W = float>
using coordinate_lstm = optimizer<coordinate_lstm_program<O>, W>;

}  // namespace halo::learned

#include <halo/macros_back.hpp>
