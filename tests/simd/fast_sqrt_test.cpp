// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/fast_sqrt.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <halo/simd/arch.hpp>

namespace simd_fast_sqrt_test {

namespace {

using namespace halo;

template <class T, class Arch>
void stays_within_its_bound() {
  using V = simd::batch<T, Arch>;
  using limits = std::numeric_limits<T>;
  double worst = 0;
  for (T x = limits::min(); x < limits::max() / T(1.001); x *= T(1.0009)) {
    double const exact = std::sqrt(static_cast<double>(x));
    double const got = static_cast<double>(fast_sqrt(V(x)).get(0));
    worst = std::fmax(worst, std::abs(got / exact - 1));
  }
  double const most = static_cast<double>(fast_sqrt(V(limits::max())).get(V::size - 1));
  worst = std::fmax(worst, std::abs(most / std::sqrt(static_cast<double>(limits::max())) - 1));
  CHECK(worst < (std::is_same_v<T, float> ? 3e-7 : 3e-16));
}

}  // namespace

TEST_CASE("fast_sqrt stays within its bound over all normal numbers") {
  simd::for_each_arch(simd::archs{}, []<class Arch>(Arch) {
    INFO(simd::arch_name<Arch>());
    stays_within_its_bound<float, Arch>();
    stays_within_its_bound<double, Arch>();
  });
}

TEST_CASE("fast_sqrt of next to nothing is next to nothing") {
  simd::for_each_arch(simd::archs{}, []<class Arch>(Arch) {
    INFO(simd::arch_name<Arch>());
    for (float const x : {0.0F, std::numeric_limits<float>::denorm_min(), 1e-40F}) {
      float const y = fast_sqrt(simd::batch<float, Arch>(x)).get(0);
      CHECK(y >= 0.0F);
      CHECK(y <= 1.1e-19F);
    }
    CHECK(fast_sqrt(simd::batch<double, Arch>(0.0)).get(0) == 0.0);
  });
}

}  // namespace simd_fast_sqrt_test
