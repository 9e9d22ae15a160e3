// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include <halo/core/bit_cast.hpp>

namespace core_random_test {

using namespace halo;

namespace {

using four = std::array<std::uint32_t, 4>;
constexpr seed fixed{2020};

/// Σ (observed - expected)² / expected: about N(cells - 1, √(2 (cells - 1))²) for a right
/// generator.
template <class Counts>
double chi_square(Counts const& counts, double expected) {
  double sum = 0;
  for (double const c : counts) sum += (c - expected) * (c - expected) / expected;
  return sum;
}
bool is_plausible(double chi2, double freedom) {  // five standard deviations either way
  return std::abs(chi2 - freedom) < 5 * std::sqrt(2 * freedom);
}

}  // namespace

TEST_CASE("random: philox gives the known answers of its authors, also at compile time") {
  constexpr std::uint32_t ones = 0xffffffffU;
  static_assert(core::philox({0, 0, 0, 0}, {0, 0}) ==
                four{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U});
  static_assert(core::philox({ones, ones, ones, ones}, {ones, ones}) ==
                four{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU});
  static_assert(core::philox({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U},
                             {0xa4093822U, 0x299f31d0U}) ==
                four{0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U});
  // the generator: position and stream are the counter, the seed is the key, low words first
  generator const g(seed{0x299f31d0a4093822U}, 0x0370734413198a2eU);
  CHECK(g.words(0x85a308d3243f6a88U) == four{0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U});
}

TEST_CASE("random: the same bits on every platform") {  // tests/golden/make_random.py prints them
  constexpr four bits{0xf4607a2dU, 0x682e8e9bU, 0x018e23c0U, 0x63e41616U};
  constexpr std::array<std::uint32_t, 16> normal{
      0x3e6b389eU, 0x3f21f6f6U, 0x3f90ec5fU, 0x3f526403U, 0xbf02cc1aU, 0x3f93e0e6U,
      0x3ed713b4U, 0x3fc485c6U, 0x3ddffa9cU, 0x3f1792efU, 0xbf576ab0U, 0xbfdaccdfU,
      0xbef2998bU, 0x3f4c3912U, 0x3f5ca745U, 0xbf9c53a3U};
  constexpr std::array<std::uint32_t, 8> below{954, 406, 6, 390, 289, 338, 802, 270};
  generator a(seed{7}), b(seed{7});
  for (std::uint32_t const expected : bits) {
    CHECK(a.bits() == expected);
    CHECK(b.uniform() == static_cast<float>(expected >> 8) / 16777216.0F);
  }
  for (std::uint64_t i = 0; i < 16; ++i) {
    CAPTURE(i);
    generator g(seed{7}, i < 8 ? 0 : 9);
    g.seek(i % 8);
    CHECK(halo::core::bit_cast<std::uint32_t>(g.normal()) == normal[i]);
  }
  generator c(seed{7});
  for (std::uint32_t const expected : below) CHECK(c.below(1000) == expected);
}

TEST_CASE("random: a draw of any kind takes one position, and a copy or a seek repeats it") {
  generator g(fixed, 3);
  CHECK(g.position() == 0);
  static_cast<void>(g.bits());
  static_cast<void>(g.uniform());
  static_cast<void>(g.normal());
  static_cast<void>(g.bernoulli(0.5));
  static_cast<void>(g.below(9));
  CHECK(g.position() == 5);
  generator copy = g;
  float const next = g.normal();
  CHECK(copy.normal() == next);
  g.seek(5);
  CHECK(g.normal() == next);
  std::array<std::uint32_t, 10> order{};
  g.permutation(order);
  CHECK(g.position() == 6 + 9);
}

TEST_CASE("random: streams and seeds do not meet") {
  std::set<four> seen;
  std::size_t drawn = 0;
  for (std::uint64_t s : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32}) {
    for (std::uint64_t stream : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32}) {
      generator const g(seed{s}, stream);
      for (std::uint64_t i = 0; i < 1000; ++i, drawn += 2) {
        seen.insert(g.words(i));
        seen.insert(g.words(i << 32 | 0x80000000U));
      }
    }
  }
  CHECK(seen.size() == drawn);
}

TEST_CASE("random: uniform fills its cells evenly and has the right moments") {
  generator g(fixed, 1);
  constexpr double n = 1 << 18;
  std::array<double, 256> cells{};
  double mean = 0, square = 0, product = 0, last = 0.5;
  float least = 1, most = 0;
  for (int i = 0; i < static_cast<int>(n); ++i) {
    float const u = g.uniform();
    least = std::min(least, u);
    most = std::max(most, u);
    cells[static_cast<std::size_t>(u * 256)] += 1;
    double const x = static_cast<double>(u) - 0.5;
    mean += x / n;
    square += x * x / n;
    product += x * last / n;
    last = x;
  }
  CHECK(least >= 0.0F);
  CHECK(most < 1.0F);
  CHECK(most > 0.9999F);
  CHECK(is_plausible(chi_square(cells, n / 256), 255));
  CHECK(std::abs(mean) < 5 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(square - 1.0 / 12) < 5 * std::sqrt(1.0 / 180 / n));
  CHECK(std::abs(product) < 5 / 12.0 / std::sqrt(n));  // neighbours know nothing of each other
}

TEST_CASE("random: normal follows Gauss's curve and has the right moments") {
  generator g(fixed, 2);
  constexpr double n = 1 << 18;
  std::array<double, 64> cells{};
  std::array<double, 4> moment{};
  double most = 0;
  for (int i = 0; i < static_cast<int>(n); ++i) {
    double const z = static_cast<double>(g.normal());
    double const share = 0.5 * std::erfc(-z * 0.70710678118654752);  // Φ(z), uniform if z is normal
    cells[std::min<std::size_t>(63, static_cast<std::size_t>(share * 64))] += 1;
    for (std::size_t k = 0; k < 4; ++k) moment[k] += std::pow(z, static_cast<double>(k + 1)) / n;
    most = std::max(most, std::abs(z));
  }
  CHECK(is_plausible(chi_square(cells, n / 64), 63));
  CHECK(std::abs(moment[0]) < 5 * std::sqrt(1 / n));
  CHECK(std::abs(moment[1] - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::abs(moment[2]) < 5 * std::sqrt(15 / n));
  CHECK(std::abs(moment[3] - 3) < 5 * std::sqrt(96 / n));
  CHECK(most > 4.0);  // the tails are there
  CHECK(most < 6.5);
}

TEST_CASE("random: Bernoulli draws are exact at 0 and 1 and frequent as asked between") {
  generator g(fixed, 4);
  constexpr int n = 100000;
  for (double const p : {-1.0, 0.0, 0.1, 0.5, 0.9, 1.0, 2.0}) {
    CAPTURE(p);
    int count = 0;
    for (int i = 0; i < n; ++i) count += g.bernoulli(p) ? 1 : 0;
    if (p <= 0) CHECK(count == 0);
    if (p >= 1) CHECK(count == n);
    if (p > 0 && p < 1) CHECK(std::abs(count - n * p) < 5 * std::sqrt(n * p * (1 - p)));
  }
}

TEST_CASE("random: numbers below n are those of the exact product, evenly spread") {
  generator g(fixed, 5);
#if defined(__SIZEOF_INT128__)
  __extension__ using wide = unsigned __int128;
  for (std::uint32_t const n : {1U, 2U, 3U, 7U, 1000U, 0x80000001U, 0xffffffffU}) {
    CAPTURE(n);
    for (int i = 0; i < 2000; ++i) {
      auto const w = g.words(g.position());
      std::uint64_t const fraction = (std::uint64_t{w[0]} << 32) | w[1];
      CHECK(g.below(n) == static_cast<std::uint32_t>((wide{fraction} * n) >> 64));
    }
  }
#endif
  std::array<double, 7> cells{};
  for (int i = 0; i < 70000; ++i) cells[g.below(7)] += 1;
  CHECK(is_plausible(chi_square(cells, 10000), 6));
}

TEST_CASE("random: every permutation comes up, all equally often") {
  generator g(fixed, 6);
  std::map<std::array<std::uint32_t, 4>, double> count;
  for (int i = 0; i < 24000; ++i) {
    std::array<std::uint32_t, 4> order{9, 9, 9, 9};
    g.permutation(order);
    count[order] += 1;
  }
  CHECK(count.size() == 24);
  double chi2 = 0;
  for (auto const& [order, n] : count) {
    CHECK(std::is_permutation(order.begin(), order.end(), std::array{0U, 1U, 2U, 3U}.begin()));
    chi2 += (n - 1000) * (n - 1000) / 1000;
  }
  CHECK(is_plausible(chi2, 23));
  g.permutation(std::span<std::uint32_t>());
  std::array<std::uint32_t, 1> one{5};
  g.permutation(one);
  CHECK(one[0] == 0);
  std::vector<std::uint32_t> large(10007);
  g.permutation(large);
  std::sort(large.begin(), large.end());
  for (std::uint32_t i = 0; i < large.size(); ++i) CHECK(large[i] == i);
}

}  // namespace core_random_test
