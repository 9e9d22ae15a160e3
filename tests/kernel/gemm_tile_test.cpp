// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gemm_tile.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "support/numbers.hpp"

namespace kernel_gemm_tile_test {

namespace detail = halo::kernel::detail;
namespace simd = halo::simd;
using support::numbers;

namespace {

template <class T>
std::vector<T> integers(std::size_t n, std::uint64_t stream) {
  std::vector<T> x = numbers<T>(n, stream, 8);
  for (T& e : x) e = static_cast<T>(static_cast<int>(e));
  return x;
}

/// One column of tiles on integers against a loop; 0: from zero, 1: from a row, 2: from a matrix.
template <class M>
void check_column(std::size_t rows, std::size_t vectors, std::size_t last, std::size_t depth,
                  bool transposed, int start) {
  using T = typename M::value;
  using shape = detail::tile_shape<T, typename M::arch>;
  CAPTURE(rows);
  CAPTURE(vectors);
  CAPTURE(last);
  CAPTURE(start);
  std::size_t const n = (vectors - 1) * shape::lanes + last;
  std::size_t const c_row = n + 2, b_step = n + 1;
  std::size_t const a_row = transposed ? 1 : depth + 1, a_step = transposed ? rows : 1;
  std::vector<T> const a = integers<T>(rows * (depth + 1), 1);
  std::vector<T> const b = integers<T>(depth == 0 ? 0 : (depth - 1) * b_step + n, 2);
  std::vector<T> const from = integers<T>((rows - 1) * c_row + n, 3);
  std::vector<T> const before = integers<T>((rows - 1) * c_row + n, 4);
  std::vector<T> c = before;
  detail::tile_task<T> const task{depth,
                                  a.data(),
                                  a_row,
                                  a_step,
                                  b.data(),
                                  b_step,
                                  c.data(),
                                  c_row,
                                  start == 0 ? nullptr : from.data(),
                                  start == 2 ? c_row : 0,
                                  last};
  detail::multiply_column<T, typename M::arch>(task, rows, vectors);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = start == 0 ? 0.0 : static_cast<double>(from[(start == 2 ? i * c_row : 0) + j]);
      for (std::size_t l = 0; l < depth; ++l)
        sum +=
            static_cast<double>(a[i * a_row + l * a_step]) * static_cast<double>(b[l * b_step + j]);
      wrong += static_cast<double>(c[i * c_row + j]) == sum ? 0U : 1U;
      c[i * c_row + j] = before[i * c_row + j];
    }
  }
  CHECK(wrong == 0);
  CHECK(c == before);  // nothing beside the tiles was written
}

}  // namespace

TEST_CASE_TEMPLATE("a column of tiles is exact on integers", M, HALO_MACHINES) {
  using shape = detail::tile_shape<typename M::value, typename M::arch>;
  for (std::size_t rows = 1; rows <= 2 * shape::rows + 1; ++rows) {
    std::size_t const most = rows == 1 ? shape::row_vectors : shape::vectors;
    for (std::size_t vectors = 1; vectors <= most; ++vectors)
      for (std::size_t last = 1; last <= shape::lanes; ++last)
        for (int start = 0; start < 3; ++start)
          check_column<M>(rows, vectors, last, (rows + last) % 4, (vectors + last) % 2 == 0, start);
  }
}

TEST_CASE_TEMPLATE("cutting a product otherwise changes no bit of it", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  using shape = detail::tile_shape<T, arch>;
  std::size_t const rows = 2 * shape::rows + 1, n = 2 * shape::lanes, depth = 37;
  std::vector<T> const a = numbers<T>(rows * depth, 5), b = numbers<T>(depth * n, 6);
  std::vector<T> whole(rows * n), cut(rows * n);
  detail::tile_task<T> const task{depth,        a.data(), depth,   1, b.data(),    n,
                                  whole.data(), n,        nullptr, 0, shape::lanes};
  detail::multiply_column<T, arch>(task, rows, 2);

  detail::tile_task<T> part = task;
  cut.assign(rows * n, T(0));
  for (std::size_t i = 0; i < rows; ++i) {  // in rows and columns
    for (std::size_t j = 0; j < 2; ++j) {
      part = task;
      part.a += i * depth;
      part.b += j * shape::lanes;
      part.c = cut.data() + i * n + j * shape::lanes;
      detail::multiply_column<T, arch>(part, 1, 1);
    }
  }
  CHECK(cut == whole);
}

TEST_CASE_TEMPLATE("what a product starts from is added to its finished sums", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  using shape = detail::tile_shape<T, arch>;
  std::size_t const rows = 2 * shape::rows + 1, n = 2 * shape::lanes, depth = 37;
  std::vector<T> const a = numbers<T>(rows * depth, 5), b = numbers<T>(depth * n, 6);
  std::vector<T> sums(rows * n), to = numbers<T>(rows * n, 7);
  detail::tile_task<T> task{depth,       a.data(), depth,   1, b.data(),    n,
                            sums.data(), n,        nullptr, 0, shape::lanes};
  detail::multiply_column<T, arch>(task, rows, 2);
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += to[i];
  task.c = to.data();
  task.from = to.data();
  task.from_row = n;
  detail::multiply_column<T, arch>(task, rows, 2);
  CHECK(to == sums);
}

}  // namespace kernel_gemm_tile_test
