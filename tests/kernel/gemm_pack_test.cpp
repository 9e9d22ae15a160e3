// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gemm_pack.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "support/numbers.hpp"

namespace kernel_gemm_pack_test {

namespace detail = halo::kernel::detail;
namespace simd = halo::simd;
using support::numbers;

namespace {

/// A panel of depth rows, zeros up to whole registers, and what must not be touched behind it.
template <class T>
std::vector<T> panel(std::size_t depth, std::size_t columns, std::size_t width,
                     std::vector<T> const& b, std::size_t row, std::size_t step) {
  std::vector<T> out(depth * width);
  for (std::size_t l = 0; l < depth; ++l)
    for (std::size_t j = 0; j < columns; ++j) out[l * width + j] = b[l * row + j * step];
  out.resize(depth * width + 3, T(77));
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("panels are copied with zeros up to whole registers", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  constexpr std::size_t lanes = simd::batch<T, arch>::size;
  for (std::size_t depth = 0; depth <= 2 * lanes + 1; ++depth) {
    for (std::size_t columns = 1; columns <= 2 * lanes + 1; ++columns) {
      CAPTURE(depth);
      CAPTURE(columns);
      std::size_t const width = (columns + lanes - 1) / lanes * lanes;
      std::size_t const gap = depth % 3;
      std::vector<T> out(depth * width + 3, T(77));

      std::size_t stride = columns + gap;  // no element behind the last row's last
      auto const rows = numbers<T>(depth == 0 ? 0 : (depth - 1) * stride + columns, 1);
      detail::pack_rows<T, arch>(rows.data(), stride, depth, columns, out.data());
      CHECK(out == panel(depth, columns, width, rows, stride, 1));

      out.assign(depth * width + 3, T(77));
      stride = depth + gap;
      auto const lines = numbers<T>((columns - 1) * stride + depth, 2);
      detail::pack_transposed<T, arch>(lines.data(), stride, depth, columns, out.data());
      CHECK(out == panel(depth, columns, width, lines, 1, stride));
    }
  }
}

TEST_CASE_TEMPLATE("a square of registers is transposed, in place too", M, HALO_MACHINES) {
  using T = typename M::value;
  using V = simd::batch<T, typename M::arch>;
  constexpr std::size_t n = V::size;
  std::vector<T> square = numbers<T>(n * n, 3);
  std::vector<T> const before = square;
  V in[n], out[n];
  for (std::size_t i = 0; i < n; ++i) in[i] = V::load(square.data() + i * n);
  detail::transpose_registers(in, out);
  detail::transpose_square<V>(square.data(), n, square.data(), n, std::make_index_sequence<n>{});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      CHECK(out[i].get(j) == before[j * n + i]);
      CHECK(square[i * n + j] == before[j * n + i]);
    }
  }
}

}  // namespace kernel_gemm_pack_test
