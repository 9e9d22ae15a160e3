// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/weight_table.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace learned_weight_table_test {

using namespace halo;

namespace {

constexpr learned::weight_table table{std::to_array<learned::weight_info>({
    {"gates", 3, 4, learned::gaussian(0.5, 2)},
    {"none", 0, 7},
    {"bias", 1, 4, learned::constant(2.25)},
    {"initial", 50, 80, learned::uniform(3)},
    {"trimmed", 60, 70, learned::truncated(0.25, -1)},
    {"normal", 60, 70, learned::gaussian(0.25, -1)},
})};

struct moments {
  double mean = 0, deviation = 0, least = INFINITY, most = -INFINITY;
};
template <class T>
moments of(std::vector<T> const& all, std::size_t at, std::size_t n) {
  moments m;
  double squares = 0;
  for (std::size_t i = at; i < at + n; ++i) {
    double const x = static_cast<double>(all[i]);
    m.mean += x / static_cast<double>(n);
    squares += x * x / static_cast<double>(n);
    m.least = std::fmin(m.least, x);
    m.most = std::fmax(m.most, x);
  }
  m.deviation = std::sqrt(squares - m.mean * m.mean);
  return m;
}

}  // namespace

TEST_CASE("tensors of weights follow each other, found by name at compile time") {
  static_assert(table.size == 12 + 0 + 4 + 4000 + 4200 + 4200);
  static_assert(table["gates"] == 0);
  static_assert(table["none"] == 12);
  static_assert(table["bias"] == 12);
  static_assert(table["initial"] == 16);
  static_assert(table["trimmed"] == 4016);
  static_assert(table.entries[3].count() == 4000);
  static_assert(table.entries[5].offset == 8216);
}

TEST_CASE("roots for the compiler") {
  static_assert(learned::square_root(0) < 1e-9);
  static_assert(learned::square_root(1) == 1);
  static_assert(learned::square_root(4) == 2);
  static_assert(learned::square_root(10000) == 100);
  constexpr double roots[] = {learned::square_root(2), learned::square_root(3),
                              learned::square_root(22), learned::square_root(42),
                              learned::square_root(123456789)};
  double const of[] = {2, 3, 22, 42, 123456789};
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(roots[i] == doctest::Approx(std::sqrt(of[i])).epsilon(1e-15));
}

TEST_CASE_TEMPLATE("untrained weights keep their laws", T, float, double) {
  std::uint64_t const with = 11;
  CAPTURE(with);
  std::vector<T> w(table.size, T(99));
  learned::initialize(table, std::span<T>(w), seed{with});
  for (std::size_t i = 12; i < 16; ++i) CHECK(w[i] == T(2.25));
  moments const u = of(w, table["initial"], 4000);
  CHECK(u.least >= -3);
  CHECK(u.most <= 3);
  CHECK(u.least < -2.98);  // the ends are reached: 4000 draws
  CHECK(u.most > 2.98);
  CHECK(u.mean == doctest::Approx(0).epsilon(0.1));
  CHECK(u.deviation == doctest::Approx(3 / std::sqrt(3.0)).epsilon(0.02));
  moments const n = of(w, table["normal"], 4200);
  CHECK(n.mean == doctest::Approx(-1).epsilon(0.015));
  CHECK(n.deviation == doctest::Approx(0.25).epsilon(0.03));
  CHECK(n.most > -1 + 0.25 * 2.5);
  moments const t = of(w, table["trimmed"], 4200);
  CHECK(t.mean == doctest::Approx(-1).epsilon(0.015));
  CHECK(t.least >= -1.5);
  CHECK(t.most <= -0.5);
  CHECK(t.deviation == doctest::Approx(0.25 * 0.87962566).epsilon(0.03));  // of the trimmed law
}

TEST_CASE("a tensor's draw depends on the seed and its place alone") {
  std::vector<double> a(table.size), b(table.size), c(table.size);
  learned::initialize(table, std::span<double>(a), seed{1});
  learned::initialize(table, std::span<double>(b), seed{1});
  learned::initialize(table, std::span<double>(c), seed{2});
  CHECK(a == b);
  for (std::size_t i = 16; i < table.size; ++i) CHECK(a[i] != c[i]);
  static constexpr learned::weight_table wider{std::to_array<learned::weight_info>({
      {"gates", 30, 4, learned::gaussian(0.5, 2)},  // more of these moves nothing else
      {"none", 1, 1},
      {"bias", 1, 1},
      {"initial", 50, 80, learned::uniform(3)},
  })};
  std::vector<double> d(wider.size);
  learned::initialize(wider, std::span<double>(d), seed{1});
  for (std::size_t i = 0; i < 12; ++i) CHECK(d[i] == a[i]);
  for (std::size_t i = 0; i < 4000; ++i) CHECK(d[wider["initial"] + i] == a[table["initial"] + i]);
}

}  // namespace learned_weight_table_test
