// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/learned/program.hpp>
#include <halo/learned/weight_table.hpp>
#include <halo/simd/math.hpp>

namespace support {

/// θ ← θ - e^l m,  m ← m/2 + g, with l learned: a program whose meta-gradient is understood at a
/// glance. Untrained its rate is e^-7, far too small.
struct learned_rate : halo::learned::coordinate_program {
  static constexpr std::size_t state = 1, carry = 1;
  static constexpr char const* name = "learned_rate";
  static constexpr std::size_t operations_per_parameter = 4;
  static constexpr halo::learned::weight_table table{
      std::to_array<halo::learned::weight_info>({{"log_rate", 1, 1, halo::learned::constant(-7)}})};

  template <class R, class V>
  static void observe(R const&, V const& g, V const&, V* s, V* carried, V*) {
    s[0] = s[0] * halo::learned::as_number<V>(0.5) + g;
    carried[0] = s[0];
  }
  template <class R, class V>
  static V apply(R const& r, V const&, V const& theta, V*, V const* carried) {
    using halo::simd::exp;
    return theta - exp(r.weight(0)) * carried[0];
  }
  template <class R, class Z>
  static void initial(R const&, auto const&, Z* coordinate, Z*, Z*) {
    coordinate[0] = Z(0);
  }
};

}  // namespace support
