// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gemm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace kernel = halo::kernel;
using kernel::operand;
using kernel::start;
using size = std::size_t;

namespace {

template <class T, class Arch>
struct machine {
  using value = T;
  using arch = Arch;
};
using fast = halo::simd::default_arch;
using none = halo::simd::scalar;

/// max(x, 0) · slope, an activation with state.
struct scaled_relu {
  double slope = 1;
  template <class V>
  V operator()(V x) const noexcept {
    using T = typename V::value_type;
    return max(x, V(T(0))) * V(T(slope));
  }
};

/// Small integers: their products and sums are exact, so every order of summation agrees.
template <class T>
std::vector<T> integers(size n, std::uint32_t seed) {
  std::vector<T> x(n);
  std::uint32_t s = seed * 2654435761U + 12345U;
  for (T& e : x) {
    s = s * 1664525U + 1013904223U;
    e = T(static_cast<int>(s >> 28) - 7);
  }
  return x;
}

/// A matrix in exactly as much heap as it needs, so that a sanitizer sees one element too far.
template <class T>
struct matrix {
  std::vector<T> data;
  size stride;
  bool transposed;

  matrix(size rows, size columns, size gap, bool t, std::uint32_t seed)
      : stride((t ? rows : columns) + gap), transposed(t) {
    size const lines = t ? columns : rows;
    size const width = t ? rows : columns;
    data = integers<T>(lines == 0 || width == 0 ? 0 : (lines - 1) * stride + width, seed);
  }
  T at(size i, size j) const { return transposed ? data[j * stride + i] : data[i * stride + j]; }
  operand<T const*> view() const { return {data.data(), stride, transposed}; }
};

struct shape {
  size m, n, k;
};

template <class M>
void check_product(shape s, bool ta, bool tb, start from, size gap, bool activated) {
  using T = typename M::value;
  CAPTURE(s.m);
  CAPTURE(s.n);
  CAPTURE(s.k);
  CAPTURE(ta);
  CAPTURE(tb);
  CAPTURE(static_cast<int>(from));
  CAPTURE(gap);
  matrix<T> const a(s.m, s.k, gap, ta, 1);
  matrix<T> const b(s.k, s.n, gap * 2, tb, 2);
  matrix<T> const before(s.m, s.n, gap, false, 3);
  std::vector<T> const bias = integers<T>(from == start::bias ? s.n : 0, 4);
  matrix<T> c = before;
  if (activated)
    kernel::gemm<typename M::arch>(s.m, s.n, s.k, a.view(), b.view(), c.data.data(), c.stride, from,
                                   bias.data(), scaled_relu{0.5});
  else
    kernel::gemm<typename M::arch>(s.m, s.n, s.k, a.view(), b.view(), c.data.data(), c.stride, from,
                                   bias.data());
  size wrong = 0;
  for (size i = 0; i < s.m; ++i) {
    for (size j = 0; j < s.n; ++j) {
      double sum =
          from == start::zero ? 0.0 : double(from == start::bias ? bias[j] : before.at(i, j));
      for (size l = 0; l < s.k; ++l) sum += double(a.at(i, l)) * double(b.at(l, j));
      if (activated) sum = sum > 0 ? sum * 0.5 : 0.0;
      wrong += c.at(i, j) != T(sum);
      c.data[i * c.stride + j] = before.at(i, j);
    }
  }
  CHECK(wrong == 0);
  CHECK(c.data == before.data);  // nothing outside the window was written
}

}  // namespace

TYPE_TO_STRING_AS("float", machine<float, fast>);
TYPE_TO_STRING_AS("double", machine<double, fast>);
TYPE_TO_STRING_AS("float without vectors", machine<float, none>);
TYPE_TO_STRING_AS("double without vectors", machine<double, none>);

#define MACHINES \
  machine<float, fast>, machine<double, fast>, machine<float, none>, machine<double, none>

TEST_CASE_TEMPLATE("gemm is exact on integers for every small shape", M, MACHINES) {
  size const sizes[] = {0, 1, 2, 3, 5, 8, 9, 17, 33};
  start const starts[] = {start::zero, start::target, start::bias};
  for (size m : sizes)
    for (size n : sizes)
      for (size k : sizes)
        for (int t = 0; t < 4; ++t)
          for (start from : starts)
            check_product<M>({m, n, k}, (t & 1) != 0, (t & 2) != 0, from, (m + n) % 3,
                             (n + k) % 2 == 1);
}

TEST_CASE_TEMPLATE("gemm is exact on integers for shapes around every block", M, MACHINES) {
  size const sizes[] = {1, 2, 4, 7, 15, 16, 31, 64, 65, 129, 300};
  start const starts[] = {start::zero, start::target, start::bias};
  size turn = 0;
  for (size m : sizes)
    for (size n : sizes)
      for (size k : sizes) {
        if (m * n * k > 3000000) continue;
        ++turn;
        check_product<M>({m, n, k}, turn % 2 == 1, turn / 2 % 2 == 1, starts[turn % 3],
                         turn / 3 % 4, turn % 5 == 0);
      }
}

TEST_CASE_TEMPLATE("gemm is exact on integers where everything is blocked", M, MACHINES) {
  for (int t = 0; t < 4; ++t) {
    check_product<M>({300, 129, 300}, (t & 1) != 0, (t & 2) != 0, start::bias, 1, true);
    check_product<M>({65, 300, 515}, (t & 1) != 0, (t & 2) != 0, start::target, 0, false);
  }
}
