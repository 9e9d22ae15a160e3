// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/reused_operand.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <halo/core/random.hpp>

namespace kernel_reused_operand_test {

using namespace halo;

namespace {

template <class T>
std::vector<T> numbers(std::size_t n, std::uint64_t stream) {
  generator g(seed{11}, stream);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(g.normal());
  return x;
}

struct sizes {
  std::size_t m, n, k;
};

template <class T>
void check(sizes const& s, bool transposed) {
  auto const a = numbers<T>(s.m * s.k, 1), b = numbers<T>(s.k * s.n, 2), bias = numbers<T>(s.n, 3);
  std::size_t const ldc = s.n + 3;
  kernel::operand<T const*> const left{a.data(), s.k};
  kernel::operand<T const*> const right{b.data(), transposed ? s.k : s.n, transposed};
  auto const reused =
      std::make_unique<kernel::reused_operand<T*>>(s.n, s.k, right);  // its room is large
  for (auto const from : {kernel::start::zero, kernel::start::target, kernel::start::bias}) {
    auto c = numbers<T>(s.m * ldc + 1, 4);
    auto expected = c;
    for (int twice = 0; twice < 2; ++twice) {
      reused->multiply(s.m, left, c.data(), ldc, from, bias.data());
      for (std::size_t i = 0; i < s.m; ++i)
        for (std::size_t j = 0; j < s.n; ++j) {
          T sum = from == kernel::start::zero     ? T(0)
                  : from == kernel::start::target ? expected[i * ldc + j]
                                                  : bias[j];
          for (std::size_t l = 0; l < s.k; ++l)
            sum = std::fma(a[i * s.k + l], b[transposed ? j * s.k + l : l * s.n + j], sum);
          expected[i * ldc + j] = sum;
        }
    }
    double worst = 0;
    for (std::size_t i = 0; i < c.size(); ++i)
      worst = std::max(worst, std::abs(static_cast<double>(c[i] - expected[i])));
    CHECK(worst <= static_cast<double>(s.k + 1) * 40 * std::numeric_limits<T>::epsilon());
    for (std::size_t i = 0; i < s.m; ++i)  // between the rows, and behind: untouched
      for (std::size_t j = s.n; j < ldc; ++j) CHECK(c[i * ldc + j] == expected[i * ldc + j]);
  }
}

}  // namespace

TEST_CASE("reused operand: products as in a plain loop, twice, whether B fits or not") {
  for (sizes const s : {sizes{1, 1, 1}, sizes{7, 17, 5}, sizes{64, 40, 33}, sizes{2, 100, 3},
                        sizes{3, 64, 256}, sizes{5, 300, 100}, sizes{0, 4, 4}, sizes{6, 5, 0}})
    for (bool const transposed : {false, true}) {
      CAPTURE(s.m);
      CAPTURE(s.n);
      CAPTURE(s.k);
      CAPTURE(transposed);
      check<float>(s, transposed);
      check<double>(s, transposed);
    }
}

TEST_CASE("reused operand: the bits of gemm") {
  for (std::size_t const n : {5U, 48U, 130U}) {
    std::size_t const m = 20, k = 31;
    auto const a = numbers<float>(m * k, 1), b = numbers<float>(k * n, 2);
    for (bool const transposed : {false, true}) {
      CAPTURE(n);
      CAPTURE(transposed);
      kernel::operand<float const*> const left{a.data(), k};
      kernel::operand<float const*> const right{b.data(), transposed ? k : n, transposed};
      std::vector<float> c(m * n), expected(m * n);
      auto const reused = std::make_unique<kernel::reused_operand<float*>>(n, k, right);
      reused->multiply(m, left, c.data(), n);
      kernel::gemm(m, n, k, left, right, expected.data(), n);
      CHECK(c == expected);
    }
  }
}

}  // namespace kernel_reused_operand_test
