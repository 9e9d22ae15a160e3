// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/fast.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <halo/simd/arch.hpp>

namespace simd_fast_test {

namespace {

using namespace halo;

/// The worst |f(x) - exact(x)|, divided by the exact value where relative, over a grid.
template <class T, class Arch, class F, class Exact>
double worst(double from, double to, bool relative, F f, Exact exact) {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t points = 50'000 / V::size * V::size;
  double worst = 0;
  for (std::size_t i = 0; i < points; i += V::size) {
    std::array<T, V::size> x, y;
    for (std::size_t k = 0; k < V::size; ++k)
      x[k] = static_cast<T>(from + (to - from) * static_cast<double>(i + k) / points);
    f(V::load(x.data())).store(y.data());
    for (std::size_t k = 0; k < V::size; ++k) {
      double const e = exact(static_cast<double>(x[k]));
      double const off = std::abs(static_cast<double>(y[k]) - e);
      worst = std::fmax(worst, relative && e != 0 ? off / std::abs(e) : off);
    }
  }
  return worst;
}

template <class T, class Arch>
void stays_within_its_bounds() {
  bool const single = std::is_same_v<T, float>;
  using V = simd::batch<T, Arch>;
  CHECK(worst<T, Arch>(
            -12, 12, true, [](V x) { return fast_tanh(x); },
            [](double x) { return std::tanh(x); }) < (single ? 1e-6 : 1e-15));
  CHECK(worst<T, Arch>(
            -30, 30, false, [](V x) { return fast_sigmoid(x); },
            [](double x) { return 1 / (1 + std::exp(-x)); }) < (single ? 5e-7 : 1e-15));
  CHECK(worst<T, Arch>(
            1e-20, 3, false, [](V x) { return fast_log(x); },
            [](double x) { return std::log(x); }) < (single ? 2e-6 : 4e-15));
  CHECK(worst<T, Arch>(
            0.5, 2000, true, [](V x) { return fast_log(x); },
            [](double x) { return std::log(x); }) < (single ? 3e-7 : 1e-15));
  CHECK(worst<T, Arch>(
            0.01, 1.5, true, [](V x) { return fast_log(x); },
            [](double x) { return std::log(x); }) < (single ? 1e-6 : 1e-15));
  CHECK(worst<T, Arch>(
            -87, 87, true, [](V x) { return fast_exp(x); }, [](double x) { return std::exp(x); }) <
        (single ? 1e-6 : 1e-15));
  CHECK(worst<T, Arch>(
            1e-3, 1e3, true, [](V x) { return fast_inverse_sqrt(x); },
            [](double x) { return 1 / std::sqrt(x); }) < (single ? 1e-6 : 1e-15));
  for (double const p : {-0.5, 0.03, 0.3, 1.0}) {
    CAPTURE(p);
    auto const power = [&](V x) { return fast_power(x, V(static_cast<T>(p))); };
    auto const exact = [&](double x) {
      return std::pow(x, static_cast<double>(static_cast<T>(p)));
    };
    CHECK(worst<T, Arch>(1e-3, 3, true, power, exact) < (single ? 1e-6 : 1e-14));
    CHECK(worst<T, Arch>(1e15, 1e18, true, power, exact) <
          (single ? 1e-6 + 1e-7 * std::abs(p) * 42 : 1e-13));
  }
  CHECK(worst<T, Arch>(
            -9.9, 9.9, false, [](V x) { return fast_asinh(x); },
            [](double x) { return std::asinh(x); }) < (single ? 4e-7 : 2e-15));
}

}  // namespace

TEST_CASE("fast functions stay within their bounds") {
  simd::for_each_arch(simd::archs{}, []<class Arch>(Arch) {
    INFO(simd::arch_name<Arch>());
    stays_within_its_bounds<float, Arch>();
    stays_within_its_bounds<double, Arch>();
  });
}

TEST_CASE("fast functions keep signs, zeros and ends") {
  using V = simd::batch<float>;
  CHECK(fast_tanh(V(0.0F)).get(0) == 0.0F);
  CHECK(std::signbit(fast_asinh(V(-0.0F)).get(0)));
  CHECK(std::abs(fast_tanh(V(1e30F)).get(0) - 1.0F) < 1e-6F);
  CHECK(std::abs(fast_tanh(V(-1e30F)).get(0) + 1.0F) < 1e-6F);
  CHECK(fast_exp(V(0.0F)).get(0) == 1.0F);
  CHECK(fast_exp(V(1e30F)).get(0) == fast_exp(V(87.0F)).get(0));
  CHECK(fast_exp(V(-1e30F)).get(0) == fast_exp(V(-87.0F)).get(0));
  CHECK(fast_log(V(1.0F)).get(0) == 0.0F);
  CHECK(fast_power(V(1.0F), V(3.0F)).get(0) == 1.0F);
  CHECK(fast_power(V(0x1p-126F), V(-1.0F)).get(0) == 0x1p126F);
  CHECK(fast_power(V(0x1p126F), V(-1.0F)).get(0) == 0x1p-126F);
  for (float const tiny : {0.0F, 1e-40F, 1e-38F})
    CHECK(fast_power(V(tiny), V(-0.5F)).get(0) == doctest::Approx(0x1p63).epsilon(0.5));
  CHECK(simd::fast_power(2.0F, 0.5F) == fast_power(V(2.0F), V(0.5F)).get(0));
  CHECK(simd::fast_exp(0.3F) == fast_exp(V(0.3F)).get(0));
  CHECK(simd::fast_inverse_sqrt(0.25F) == doctest::Approx(2.0F).epsilon(1e-6));
  CHECK(simd::fast_tanh(0.3F) == fast_tanh(V(0.3F)).get(0));
  CHECK(simd::fast_sigmoid(-std::numeric_limits<float>::infinity()) < 5e-7F);
}

}  // namespace simd_fast_test
