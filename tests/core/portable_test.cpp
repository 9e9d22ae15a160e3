// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/portable.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <halo/core/bit_cast.hpp>
#include <halo/core/random.hpp>

namespace core_portable_test {

using namespace halo;

namespace {

using limits = std::numeric_limits<double>;
constexpr int draws = 20000;

/// Uniform on (0, 1], 53 bits.
double share(generator& g) {
  double const high = static_cast<double>(g.bits()) * 0x1p21;
  return (high + static_cast<double>(g.bits() >> 11) + 1) * 0x1p-53;
}
/// Of any size and sign that so many powers of two reach.
double wide(generator& g, int smallest, int largest) {
  int const power =
      smallest + static_cast<int>(g.below(static_cast<std::uint32_t>(largest - smallest + 1)));
  double const x = std::ldexp(share(g), power);
  return g.bernoulli(0.5) ? x : -x;
}
double error(double found, long double exact) {
  return static_cast<double>(std::abs(static_cast<long double>(found) - exact));
}

}  // namespace

TEST_CASE("portable: logarithm") {
  generator g(seed{1});
  for (int i = 0; i < draws; ++i) {
    for (double const x : {std::abs(wide(g, -1022, 1023)), 1 + wide(g, -52, -1)}) {
      CAPTURE(x);
      long double const exact = std::log(static_cast<long double>(x));
      CHECK(error(core::portable_log(x), exact) <= 1e-15L * std::abs(exact));
    }
  }
  static_assert(core::portable_log(1.0) == 0.0);  // constants cost a program nothing
  static_assert(core::portable_log(0x1p-1074) < -744.4);
  CHECK(core::portable_log(0.0) == -limits::infinity());
  CHECK(core::portable_log(limits::infinity()) == limits::infinity());
  CHECK(std::isnan(core::portable_log(-1.0)));
  CHECK(std::isnan(core::portable_log(limits::quiet_NaN())));
  CHECK(core::portable_log(limits::denorm_min()) == doctest::Approx(-744.44007192138126));
}

TEST_CASE("portable: exponential and hyperbolic tangent") {
  generator g(seed{2});
  for (int i = 0; i < draws; ++i) {
    double const x = wide(g, -60, 9);
    CAPTURE(x);
    long double const exact = std::exp(static_cast<long double>(x));
    CHECK(error(core::portable_exp(x), exact) <= 1e-15L * exact);
    CHECK(error(core::portable_tanh(x), std::tanh(static_cast<long double>(x))) < 1e-15);
    CHECK(core::portable_tanh(-x) == -core::portable_tanh(x));
  }
  CHECK(core::portable_exp(0.0) == 1.0);
  CHECK(core::portable_exp(710.0) == limits::infinity());
  CHECK(core::portable_exp(limits::infinity()) == limits::infinity());
  CHECK(core::portable_exp(709.78) == doctest::Approx(std::exp(709.78)).epsilon(1e-13));
  CHECK(core::portable_exp(-745.0) == limits::denorm_min());
  CHECK(core::portable_exp(-746.0) == 0.0);
  CHECK(core::portable_exp(-limits::infinity()) == 0.0);
  CHECK(std::isnan(core::portable_exp(limits::quiet_NaN())));
  CHECK(core::portable_tanh(1e9) == 1.0);
  CHECK(std::signbit(core::portable_tanh(-0.0)));
}

TEST_CASE("portable: powers") {
  generator g(seed{3});
  for (int i = 0; i < draws; ++i) {
    double const base = share(g);
    std::uint64_t const n = g.below(400);
    CAPTURE(base);
    CAPTURE(n);
    long double const exact = std::pow(static_cast<long double>(base), static_cast<long double>(n));
    if (exact > 1e-300L) {
      CHECK(error(core::portable_power(base, n), exact) <=
            2e-16L * exact * static_cast<long double>(n));
      long double const size = std::abs(static_cast<long double>(n) * std::log(base));
      CHECK(error(core::portable_power(base, static_cast<double>(n)), exact) <=
            (1 + size) * 1e-15L * exact);
    }
    CHECK(core::portable_power(base, std::uint64_t{1}) == base);
  }
  CHECK(core::portable_power(0.0, std::uint64_t{0}) == 1.0);
  CHECK(core::portable_power(0.9, ~std::uint64_t{0}) == 0.0);  // a counter's last step
  CHECK(core::portable_power(0.0, 0.0) == 1.0);
  CHECK(core::portable_power(0.0, 0.5) == 0.0);
}

TEST_CASE("portable: sine and cosine of a share of a turn") {
  generator g(seed{4});
  for (int i = 0; i < draws; ++i) {
    double const u = static_cast<double>(g.bits()) * 0x1p-32;
    CAPTURE(u);
    long double const angle = 6.283185307179586476925286766559L * u;
    auto const [cosine, sine] = core::portable_turn(u);
    CHECK(error(cosine, std::cos(angle)) < 5e-16);
    CHECK(error(sine, std::sin(angle)) < 5e-16);
  }
  CHECK(core::portable_turn(0.0) == std::array{1.0, 0.0});
  CHECK(core::portable_turn(0.25)[0] == 0.0);
  CHECK(core::portable_turn(0.5)[0] == -1.0);
  CHECK(core::portable_turn(0.75)[1] == -1.0);
}

TEST_CASE("portable: the bits are these on every processor") {
  std::uint64_t hash = 14695981039346656037U;
  auto const add = [&](double x) {
    hash = (hash ^ halo::core::bit_cast<std::uint64_t>(x)) * 1099511628211U;
  };
  generator g(seed{5});
  for (int i = 0; i < draws; ++i) {
    double const x = wide(g, -50, 9), y = share(g);
    add(core::portable_log(std::abs(x)));
    add(core::portable_exp(x));
    add(core::portable_tanh(x));
    add(core::portable_power(y, std::uint64_t{g.below(1000)}));
    add(core::portable_power(y, x));
    for (double const c : core::portable_turn(static_cast<double>(g.bits()) * 0x1p-32)) add(c);
  }
  CHECK(hash == 6736599135287435091U);
}

TEST_CASE("portable: roots in integers are the processor's") {
  generator g(seed{5});
  std::uint64_t wrong = 0;
  for (int i = 0; i < 20000; ++i) {
    std::uint64_t bits = (std::uint64_t{g.bits()} << 32 | g.bits()) >> 1;
    if (i % 3 == 0) bits &= ~((std::uint64_t{1} << 40) - 1);         // few digits
    if (i % 5 == 0) bits &= (std::uint64_t{1} << (i % 52 + 1)) - 1;  // denormal
    auto const x = core::bit_cast<double>(bits);
    if (std::isnan(x)) continue;
    wrong += core::detail::integer_root(x) == std::sqrt(x) ? 0U : 1U;
  }
  for (std::uint64_t k = 1; k < 2000; ++k) {
    auto const x = static_cast<double>(k * k * 12345 * 12345);
    wrong += core::detail::integer_root(x) == static_cast<double>(k * 12345) ? 0U : 1U;
    wrong += core::detail::integer_root(std::nextafter(x, 0)) == std::sqrt(std::nextafter(x, 0))
                 ? 0U
                 : 1U;
  }
  CHECK(wrong == 0);
  CHECK(core::detail::integer_root(0.0) == 0);
  CHECK(std::isinf(core::detail::integer_root(std::numeric_limits<double>::infinity())));
  CHECK(std::isnan(core::detail::integer_root(-1.0)));
  CHECK(std::isnan(core::detail::integer_root(std::numeric_limits<double>::quiet_NaN())));
}

}  // namespace core_portable_test
