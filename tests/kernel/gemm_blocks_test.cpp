// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gemm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/core/random.hpp>

namespace kernel_gemm_blocks_test {

using namespace halo;

namespace {

template <class T>
std::vector<T> around_one(std::size_t n, std::uint64_t stream) {
  generator g(seed{20}, stream);
  std::vector<T> x(n);
  for (T& e : x) e = T(2 * g.uniform());
  return x;
}

}  // namespace

TEST_CASE("gemm: an element has the same bits whatever is computed beside it") {
  constexpr std::size_t m = 61, n = 75;
  for (std::size_t const k : {1UL, 255UL, 256UL, 257UL, 511UL, 512UL, 513UL, 1500UL}) {
    CAPTURE(k);
    auto const a = around_one<float>(m * k, 1), b = around_one<float>(k * n, 2);
    auto const transposed_b = [&] {
      std::vector<float> t(b.size());
      for (std::size_t l = 0; l < k; ++l)
        for (std::size_t j = 0; j < n; ++j) t[j * k + l] = b[l * n + j];
      return t;
    }();
    auto const product = [&](std::size_t rows, std::size_t columns, bool transposed) {
      std::vector<float> c(rows * columns);
      kernel::gemm(rows, columns, k, kernel::operand<float const*>{a.data(), k},
                   transposed ? kernel::operand<float const*>{transposed_b.data(), k, true}
                              : kernel::operand<float const*>{b.data(), n},
                   c.data(), columns);
      return c;
    };
    auto const whole = product(m, n, false);
    for (std::size_t const rows : {1UL, 2UL, 9UL, 47UL, m}) {
      for (std::size_t const columns : {1UL, 7UL, 32UL, 74UL, n}) {
        for (bool const transposed : {false, true}) {
          if (transposed && rows <= 8) continue;  // lane by lane
          auto const part = product(rows, columns, transposed);
          bool same = true;
          for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
              same = same && part[i * columns + j] == whole[i * n + j];
          CAPTURE(rows);
          CAPTURE(columns);
          CAPTURE(transposed);
          CHECK(same);
        }
      }
    }
  }
}

}  // namespace kernel_gemm_blocks_test
