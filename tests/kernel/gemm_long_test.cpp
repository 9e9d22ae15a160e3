// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/gemm_long.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/kernel/gemm.hpp>

namespace kernel_gemm_long_test {

using namespace halo;

namespace {

template <class T>
std::vector<T> around_one(std::size_t n, std::uint64_t stream) {
  generator g(seed{20}, stream);
  std::vector<T> x(n);
  for (T& e : x) e = T(2 * g.uniform());
  return x;
}

/// The largest relative error of Aᵀ·B, both of k rows, begun as `from` says.
template <class Arch>
double worst_error(std::size_t m, std::size_t n, std::size_t k, kernel::start from) {
  auto const a = around_one<float>(k * m, 1), b = around_one<float>(k * n, 2);
  auto const before = around_one<float>(m * n, 3);
  std::vector<float> c = before;
  kernel::gemm<Arch>(m, n, k, kernel::operand<float const*>{a.data(), m, true},
                     kernel::operand<float const*>{b.data(), n}, c.data(), n, from, before.data());
  double worst = 0;
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = from == kernel::start::zero     ? 0
                   : from == kernel::start::target ? double{before[i * n + j]}
                                                   : double{before[j]};
      for (std::size_t l = 0; l < k; ++l) sum += double{a[l * m + i]} * double{b[l * n + j]};
      worst = std::max(worst, std::abs(double{c[i * n + j]} - sum) / sum);
    }
  }
  return worst;
}

struct negated {
  template <class V>
  V operator()(V v) const {
    return -v;
  }
};

}  // namespace

TEST_CASE("gemm: a sum of sixty thousand products keeps its digits") {
  for (auto const from : {kernel::start::zero, kernel::start::target, kernel::start::bias}) {
    CAPTURE(static_cast<int>(from));
    CHECK(worst_error<simd::default_arch>(5, 3, 60000, from) < 1e-6);  // as B lies in memory
    CHECK(worst_error<simd::scalar>(5, 3, 60000, from) < 1e-6);
  }
  CHECK(worst_error<simd::default_arch>(48, 3, 60000, kernel::start::zero) < 1e-6);  // a copy of B
  CHECK(worst_error<simd::scalar>(48, 3, 60000, kernel::start::zero) < 1e-6);
}

TEST_CASE("gemm: the error of a sum does not grow with its length") {
  CHECK(worst_error<simd::default_arch>(5, 3, 600000, kernel::start::zero) < 1e-6);
  CHECK(worst_error<simd::default_arch>(50, 40, 50000, kernel::start::target) < 1e-6);
}

TEST_CASE(
    "gemm: a long sum of operands that lie either way, with what it begins at and ends with") {
  constexpr std::size_t m = 50, n = 70, k = 16384 * 2 + 3;
  auto const a = around_one<float>(m * k, 1), b = around_one<float>(n * k, 2);
  auto const bias = around_one<float>(n, 3);
  for (bool const a_turned : {false, true}) {
    for (bool const b_turned : {false, true}) {
      CAPTURE(a_turned);
      CAPTURE(b_turned);
      std::vector<float> c(m * n);
      kernel::gemm(m, n, k, kernel::operand<float const*>{a.data(), a_turned ? m : k, a_turned},
                   kernel::operand<float const*>{b.data(), b_turned ? k : n, b_turned}, c.data(), n,
                   kernel::start::bias, bias.data(), negated{});
      double worst = 0;
      for (std::size_t i = 0; i < m; i += 7)
        for (std::size_t j = 0; j < n; j += 3) {
          double sum = double{bias[j]};
          for (std::size_t l = 0; l < k; ++l)
            sum += double{a[a_turned ? l * m + i : i * k + l]} *
                   double{b[b_turned ? j * k + l : l * n + j]};
          worst = std::max(worst, std::abs(double{c[i * n + j]} + sum) / sum);
        }
      CHECK(worst < 1e-6);
    }
  }
}

}  // namespace kernel_gemm_long_test
