// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gemv.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "support/numbers.hpp"

namespace kernel_gemv_test {

namespace detail = halo::kernel::detail;
namespace simd = halo::simd;
using support::numbers;

namespace {

/// Small integers: every order of summation agrees.
template <class T>
std::vector<T> integers(std::size_t n, std::uint64_t stream) {
  std::vector<T> x = numbers<T>(n, stream, 8);
  for (T& e : x) e = static_cast<T>(static_cast<int>(e));
  return x;
}

/// Elements of a strided matrix, none behind the last.
std::size_t extent(std::size_t lines, std::size_t stride, std::size_t width) {
  return lines == 0 ? 0 : (lines - 1) * stride + width;
}

template <class M>
void check_dots(std::size_t m, std::size_t n, std::size_t k, std::size_t gap, int from) {
  using T = typename M::value;
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(k);
  CAPTURE(from);
  std::size_t const x_row = k + gap, w_line = k + 2 * gap, c_row = n + gap;
  std::vector<T> const x = integers<T>(extent(m, x_row, k) + 1, 1);
  std::vector<T> const w = integers<T>(extent(n, w_line, k) + 1, 2);
  std::vector<T> const begin = integers<T>(extent(m, c_row, n), 3);
  std::vector<T> const before = integers<T>(extent(m, c_row, n), 4);
  std::vector<T> c = before;
  // 0: from zero, 1: from a row, 2: from a matrix
  detail::multiply_by_dots<T, typename M::arch>(m, n, {k, x.data(), x_row, w.data(), w_line},
                                                c.data(), c_row, from == 0 ? nullptr : begin.data(),
                                                from == 2 ? c_row : 0);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = from == 0 ? 0.0 : static_cast<double>(begin[(from == 2 ? i * c_row : 0) + j]);
      for (std::size_t l = 0; l < k; ++l)
        sum += static_cast<double>(x[i * x_row + l]) * static_cast<double>(w[j * w_line + l]);
      CHECK(static_cast<double>(c[i * c_row + j]) == sum);
      c[i * c_row + j] = before[i * c_row + j];
    }
  }
  CHECK(c == before);  // nothing between the rows was written
}

}  // namespace

TEST_CASE_TEMPLATE("dots are exact on integers", M, HALO_MACHINES) {
  for (std::size_t m = 0; m <= 9; ++m)
    for (std::size_t const n : {1U, 2U, 3U, 4U, 5U, 8U, 11U, 16U, 21U, 33U})
      for (std::size_t const k : {0U, 1U, 3U, 8U, 15U, 16U, 17U, 40U})
        for (int from = 0; from < 3; ++from) check_dots<M>(m, n, k, (m + n + k) % 3, from);
}

TEST_CASE_TEMPLATE("a row's dots do not depend on how many rows there are", M, HALO_MACHINES) {
  using T = typename M::value;
  std::size_t const n = 21, k = 77;
  std::vector<T> const x = numbers<T>(7 * k, 5), w = numbers<T>(n * k, 6);
  std::vector<T> all(7 * n), alone(n);
  detail::multiply_by_dots<T, typename M::arch>(7, n, {k, x.data(), k, w.data(), k}, all.data(), n,
                                                nullptr, 0);
  for (std::size_t i = 0; i < 7; ++i) {
    detail::multiply_by_dots<T, typename M::arch>(1, n, {k, x.data() + i * k, k, w.data(), k},
                                                  alone.data(), n, nullptr, 0);
    for (std::size_t j = 0; j < n; ++j) CHECK(alone[j] == all[i * n + j]);
  }
}

TEST_CASE_TEMPLATE("the lanes of a square of registers are added", M, HALO_MACHINES) {
  using T = typename M::value;
  using V = simd::batch<T, typename M::arch>;
  std::vector<T> const x = integers<T>(V::size * V::size, 7);
  V in[V::size];
  for (std::size_t i = 0; i < V::size; ++i) in[i] = V::load(x.data() + i * V::size);
  V const sums = detail::add_lanes_of<V, V::size>(in, std::make_index_sequence<V::size / 2>{});
  for (std::size_t i = 0; i < V::size; ++i) {
    T sum(0);
    for (std::size_t l = 0; l < V::size; ++l) sum += x[i * V::size + l];
    CHECK(sums.get(i) == sum);
  }
}

}  // namespace kernel_gemv_test
