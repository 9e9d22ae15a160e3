// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/native.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace simd_native_test {

namespace {

using namespace halo::simd;

template <class T>
using native = detail::native<T, default_arch>;

template <class T>
void agrees_with_the_machine() {
  using R = typename native<T>::type;
  if constexpr (std::is_arithmetic_v<R>) {  // everything without registers, double on ARMv7
    static_assert(std::is_same_v<R, T>);
  } else {
    constexpr std::size_t size = native<T>::size;
    std::array<T, size> x;
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += x[i] = static_cast<T>(i * i + 1);
    R const a = R::load_unaligned(x.data());
    CHECK(detail::machine_sum(a) == static_cast<T>(sum));
    R const nan(std::numeric_limits<T>::quiet_NaN());
    R const back = detail::bits_as<R>(
        detail::bits_as<typename native<
            std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>::type>(a));
    std::array<T, size> got, least, most;
    back.store_unaligned(got.data());
    detail::machine_min(nan, a).store_unaligned(least.data());
    detail::machine_max(nan, a).store_unaligned(most.data());
    CHECK(got == x);
    if constexpr (detail::second_wins<default_arch>) {
      CHECK(least == x);
      CHECK(most == x);
    }
  }
}

}  // namespace

TEST_CASE("registers of the machine behind every version of xsimd") {
  agrees_with_the_machine<float>();
  agrees_with_the_machine<double>();
}

TEST_CASE("without registers a number stands for one") {
  static_assert(std::is_same_v<detail::native<double, scalar>::type, double>);
  static_assert(std::is_same_v<detail::native<float, scalar>::mask, bool>);
  static_assert(detail::native<float, scalar>::size == 1);
  CHECK(detail::bits_as<std::uint32_t>(-1.5F) == 0xbfc00000U);
  CHECK(detail::bits_as<double>(std::uint64_t{0x4000000000000000U}) == 2.0);
}

TEST_CASE("the estimate of 1 / sqrt has 11 bits at least") {
  if constexpr (detail::second_wins<default_arch>) {
    using R = native<float>::type;
    for (float x = 1e-30F; x < 1e30F; x *= 1.37F) {
      std::array<float, R::size> y;
      detail::machine_rsqrt(R(x)).store_unaligned(y.data());
      CAPTURE(x);
      CHECK(std::abs(static_cast<double>(y[0]) * std::sqrt(static_cast<double>(x)) - 1) < 0x1p-11);
    }
  } else {
    CHECK_FALSE(detail::second_wins<scalar>);
  }
}

}  // namespace simd_native_test
