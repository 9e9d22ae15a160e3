// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/transform.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <vector>

#include "support/numbers.hpp"

namespace simd_transform_test {

namespace simd = halo::simd;

TEST_CASE_TEMPLATE("every element is visited once and in order", M, HALO_MACHINES) {
  using T = typename M::value;
  for (std::size_t const n : support::sizes) {
    std::vector<T> x(n, T(1));
    std::size_t next = 0;
    simd::for_each_chunk<T, typename M::arch>(n, [&](auto chunk) {
      CHECK(chunk.begin == next);
      next += chunk.count();
      chunk.store(x.data(), chunk.load(x.data()) * T(2) + T(1));
    });
    CHECK(next == n);
    CHECK(x == std::vector<T>(n, T(3)));
  }
}

TEST_CASE_TEMPLATE("an element's result does not depend on its place", M, HALO_MACHINES) {
  using T = typename M::value;
  auto const run = [](std::vector<T>& x) {
    simd::for_each_chunk<T, typename M::arch>(x.size(), [&](auto chunk) {
      auto const v = chunk.load(x.data());
      chunk.store(x.data(), fma(v, v, v / T(3)));
    });
  };
  std::vector<T> all = support::numbers<T>(130, 5);
  std::vector<T> const x = all;
  run(all);
  for (std::size_t n = 1; n <= x.size(); ++n) {
    std::vector<T> some(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n));
    run(some);
    CHECK(some.back() == all[n - 1]);
  }
}

TEST_CASE_TEMPLATE("fill sets missing lanes alone", M, HALO_MACHINES) {
  using T = typename M::value;
  using V = simd::batch<T, typename M::arch>;
  T const lowest = -std::numeric_limits<T>::infinity();
  for (std::size_t const n : support::sizes) {
    std::vector<T> const x = support::numbers<T>(n, 6);
    simd::for_each_chunk<T, typename M::arch>(n, [&](auto chunk) {
      V const v = chunk.fill(chunk.load(x.data()), lowest);
      for (std::size_t i = 0; i < V::size; ++i)
        CHECK(v.get(i) == (i < chunk.count() ? x[chunk.begin + i] : lowest));
    });
  }
}

TEST_CASE_TEMPLATE("lane numbers count from zero", M, HALO_MACHINES) {
  using T = typename M::value;
  using V = simd::batch<T, typename M::arch>;
  V const x = simd::lane_numbers<T, typename M::arch>();
  for (std::size_t i = 0; i < V::size; ++i) CHECK(x.get(i) == static_cast<T>(i));
}

TEST_CASE_TEMPLATE("a strided chunk reads and writes a column", M, HALO_MACHINES) {
  using T = typename M::value;
  using chunk = simd::strided_chunk<T, typename M::arch>;
  using V = typename chunk::register_type;
  for (std::size_t stride : {1U, 3U, 17U}) {
    for (std::size_t n = 1; n <= V::size; ++n) {
      std::vector<T> const x = support::numbers<T>((n - 1) * stride + 1, 7);  // no element spare
      std::vector<T> y = x;
      chunk const column{0, stride, n};
      V const v = column.load(x.data());
      for (std::size_t i = 0; i < V::size; ++i) CHECK(v.get(i) == (i < n ? x[i * stride] : T(0)));
      column.store(y.data(), v + T(9));
      for (std::size_t i = 0; i < y.size(); ++i)
        CHECK(y[i] == (i % stride == 0 ? x[i] + T(9) : x[i]));
      CHECK(column.fill(v, T(4)).get(V::size - 1) == (n == V::size ? x[(n - 1) * stride] : T(4)));
    }
  }
}

}  // namespace simd_transform_test
