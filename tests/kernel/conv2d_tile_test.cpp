// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/conv2d_tile.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "support/conv2d.hpp"

namespace detail = halo::kernel::detail;
using halo::test::integers;

namespace {

/// A walk on integers against its formula; 0: from zero, 1: from a row, 2: from a matrix.
template <class M>
void check_walk(std::size_t rows, std::size_t n, std::size_t down, std::size_t across,
                std::size_t depth, int start) {
  using T = typename M::value;
  CAPTURE(rows);
  CAPTURE(n);
  CAPTURE(down);
  CAPTURE(across);
  CAPTURE(depth);
  CAPTURE(start);
  auto const a = integers<T>(rows * 3 + down * 11 + across * 5 + depth * 2, 1);
  auto const b = integers<T>((down * 7 + across * 4 + depth + 1) * n, 2);
  auto const from = integers<T>(rows * n, 3), before = integers<T>(rows * (n + 2), 4);
  std::vector<T> c = before;
  detail::walk_task<T> const t{down,
                               across,
                               depth,
                               a.data(),
                               3,
                               11,
                               5,
                               2,
                               b.data(),
                               7 * n,
                               4 * n,
                               n,
                               c.data(),
                               n + 2,
                               start == 0 ? nullptr : from.data(),
                               start == 2 ? n : 0,
                               0};
  detail::walk<T, typename M::arch>(t, rows, n);
  std::size_t wrong = 0;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < n + 2; ++j) {
      double sum = start == 0 ? 0 : static_cast<double>(from[(start == 2 ? r * n : 0) + j % n]);
      for (std::size_t d = 0; d < down; ++d)
        for (std::size_t e = 0; e < across; ++e)
          for (std::size_t l = 0; l < depth; ++l)
            sum += static_cast<double>(a[r * 3 + d * 11 + e * 5 + l * 2]) *
                   static_cast<double>(b[(d * 7 + e * 4 + l) * n + j % n]);
      wrong += c[r * (n + 2) + j] != (j < n ? static_cast<T>(sum) : before[r * (n + 2) + j]);
    }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("conv2d_tile: a walk sums what its three loops meet", M, HALO_MACHINES) {
  std::size_t turn = 0;
  for (std::size_t rows = 1; rows < 30; ++rows)
    for (std::size_t const n : {1U, 2U, 5U, 8U, 16U, 17U, 32U, 33U, 48U, 70U}) {
      int const start = static_cast<int>(turn++ % 3);
      check_walk<M>(rows, n, 1, 1, 4, start);
      check_walk<M>(rows, n, turn % 4, turn / 4 % 3, turn % 5, start);
    }
}
