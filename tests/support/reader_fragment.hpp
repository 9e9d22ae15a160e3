// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/simd/math.hpp>

namespace support {

using namespace halo;

inline constexpr std::size_t weight_count = 70, row_count = 14, input_count = 3;

/// One number that depends on every weight, every row entry and every input: a small program.
template <class R, class V>
[[nodiscard]] V fragment(R const& r, V const* x) {
  using simd::tanh;
  std::array<V, 7> a;
  r.template affine<3, 7>(x, 0, 21, a.data());
  for (V& ai : a) ai = tanh(ai);
  std::array<V, 2> b;
  r.template linear<7, 2>(a.data(), 28, b.data());
  std::array<V, 12> c;
  r.template affine_row<2, 12>(b.data(), 42, 1, c.data());
  V y = r.weight(66) * r.row(0) + r.weight(67) * b[0] * r.row(13) + r.weight(68);
  for (std::size_t k = 0; k < 12; ++k) y = y + tanh(c[k]) * r.weight(k % 2 == 0 ? 69 : 66);
  return y;
}

}  // namespace support
