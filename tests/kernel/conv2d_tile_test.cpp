// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/conv2d_tile.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "support/conv2d.hpp"

namespace kernel_conv2d_tile_test {

namespace detail = halo::kernel::detail;
using support::integers;

namespace {

/// A walk on integers against its formula; 0: from zero, 1: from a row, 2: from what C holds.
template <class M>
void check_walk(std::size_t rows, std::size_t n, std::size_t down, std::size_t across,
                std::size_t depth, std::size_t lines, int start) {
  using T = typename M::value;
  CAPTURE(rows);
  CAPTURE(n);
  CAPTURE(down);
  CAPTURE(across);
  CAPTURE(depth);
  CAPTURE(start);
  std::size_t const line = rows * (n + 2) + 3;
  auto const a = integers<T>(rows * 3 + down * 11 + across * 5 + depth * 2 + lines * 7, 1);
  auto const b = integers<T>((down * 7 + across * 4 + depth + 1) * n, 2);
  auto const bias = integers<T>(n, 3), before = integers<T>(lines * line, 4);
  std::vector<T> c = before;
  detail::walk_task<T> t{};
  t.down = down, t.across = across, t.depth = depth, t.tiles = lines;
  t.a = a.data(), t.b = b.data(), t.c = c.data();
  t.a_row = 3, t.a_down = 11, t.a_across = 5, t.a_step = 2, t.a_tile = 7;
  t.b_down = 7 * n, t.b_across = 4 * n, t.b_step = n;
  t.c_row = n + 2, t.c_tile = line;
  t.from = start == 0 ? nullptr : start == 1 ? bias.data() : c.data();
  t.from_row = start == 2 ? n + 2 : 0;
  detail::walk<T, typename M::arch>(t, rows, n);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < c.size(); ++i) {
    std::size_t const at = i / line, r = i % line / (n + 2), j = i % line % (n + 2);
    if (r >= rows || j >= n) {
      wrong += c[i] != before[i];
      continue;
    }
    double sum = start == 0 ? 0 : static_cast<double>(start == 1 ? bias[j] : before[i]);
    for (std::size_t d = 0; d < down; ++d)
      for (std::size_t e = 0; e < across; ++e)
        for (std::size_t l = 0; l < depth; ++l)
          sum += static_cast<double>(a[at * 7 + r * 3 + d * 11 + e * 5 + l * 2]) *
                 static_cast<double>(b[(d * 7 + e * 4 + l) * n + j]);
    wrong += c[i] != static_cast<T>(sum);
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("conv2d_tile: a walk sums what its three loops meet", M, HALO_CONV2D_MACHINES) {
  std::size_t turn = 0;
  for (std::size_t rows = 1; rows < 30; ++rows)
    for (std::size_t const n : {1U, 2U, 5U, 8U, 16U, 17U, 32U, 33U, 48U, 70U}) {
      int const start = static_cast<int>(turn++ % 3);
      check_walk<M>(rows, n, 1, 1, 4, 1, start);
      check_walk<M>(rows, n, turn % 4, turn / 4 % 3 + 1, turn % 5, turn % 4, start);
    }
}

}  // namespace kernel_conv2d_tile_test
