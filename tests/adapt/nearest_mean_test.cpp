// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/nearest_mean.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include <halo/core/options.hpp>
#include <halo/core/random.hpp>

#include "../support/device.hpp"
#include "../support/unrecorded.hpp"

namespace adapt_nearest_mean_test {

using namespace halo;

namespace {

constexpr std::size_t features = 5, classes = 4;
using readout = adapt::nearest_mean<features, classes>;
constexpr float most = std::numeric_limits<float>::max();

struct labelled {
  std::array<float, features> h{};
  std::size_t label = 0;
};

/// Clouds around points of their own, class 3 empty.
std::vector<labelled> draw(std::size_t n, std::uint64_t number) {
  generator g(seed{number});
  std::vector<labelled> all(n);
  for (std::size_t i = 0; i < n; ++i) {
    all[i].label = i % 3;
    for (std::size_t k = 0; k < features; ++k)
      all[i].h[k] = (2 * g.uniform() - 1) + (k == all[i].label ? 2.0F : 0.0F) + 10.0F;
  }
  return all;
}

/// Means in two passes, in double.
std::array<std::array<double, features>, classes> means_of(std::vector<labelled> const& rows) {
  std::array<std::array<double, features>, classes> m{};
  std::array<double, classes> n{};
  for (auto const& r : rows) n[r.label] += 1;
  for (auto const& r : rows)
    for (std::size_t k = 0; k < features; ++k)
      m[r.label][k] += static_cast<double>(r.h[k]) / n[r.label];
  return m;
}

}  // namespace

TEST_CASE("nearest_mean: distances and answers as a plain loop says") {
  for (std::size_t const n : {1U, 2U, 3U, 10U, 500U}) {
    CAPTURE(n);
    auto const rows = draw(n, 3);
    auto const mu = means_of(rows);
    readout r;
    for (auto const& row : rows) r.add(row.h.data(), row.label);
    CHECK(r.rows() == n);
    for (auto const& q : draw(50, 4)) {
      std::array<float, classes> y{};
      r.outputs(1, q.h.data(), y.data());
      std::size_t best = classes;
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < classes; ++c) {
        if (r.rows(c) == 0) {
          CHECK(y[c] == -most);
          continue;
        }
        double d = 0;
        for (std::size_t k = 0; k < features; ++k)
          d += std::pow(static_cast<double>(q.h[k]) - mu[c][k], 2);
        CHECK(static_cast<double>(y[c]) == doctest::Approx(-d).epsilon(1e-4));
        if (d < least) least = d, best = c;
      }
      CHECK(r.nearest(q.h.data()) == best);
    }
  }
}

TEST_CASE("nearest_mean: several rows at once are each by itself") {
  readout r;
  for (auto const& row : draw(30, 5)) r.add(row.h.data(), row.label);
  auto const queries = draw(7, 6);
  std::vector<float> h, y(7 * classes), one(classes);
  for (auto const& q : queries) h.insert(h.end(), q.h.begin(), q.h.end());
  r.outputs(7, h.data(), y.data());
  for (std::size_t i = 0; i < 7; ++i) {
    r.outputs(1, queries[i].h.data(), one.data());
    for (std::size_t c = 0; c < classes; ++c) CHECK(y[i * classes + c] == one[c]);
  }
}

TEST_CASE("nearest_mean: a class comes with its first row and goes when it is taken away") {
  readout r;
  std::array<float, features> q{};
  CHECK(r.nearest(q.data()) == classes);
  for (auto const& row : draw(30, 7)) r.add(row.h.data(), row.label);
  q.fill(-4);
  CHECK(r.nearest(q.data()) != 3);
  r.add(q.data(), 3);
  CHECK(r.nearest(q.data()) == 3);
  CHECK(r.rows(3) == 1);
  r.remove(3);
  CHECK(r.rows(3) == 0);
  CHECK(r.rows() == 30);
  CHECK(r.nearest(q.data()) != 3);
  for (float const x : r.mean(3)) CHECK(x == 0);
  readout never;
  for (auto const& row : draw(30, 7)) never.add(row.h.data(), row.label);
  CHECK(support::bytes_of(r) == support::bytes_of(never));
}

TEST_CASE("nearest_mean: rows and questions that are not finite") {
  readout r;
  std::array<float, features> h{};
  for (float const bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1e16F}) {
    h.fill(0);
    h[3] = bad;
    r.add(h.data(), 1);
    CHECK(r.rows() == 0);
  }
  h.fill(1e15F);
  r.add(h.data(), 1);
  h.fill(-1e15F);
  for (int i = 0; i < 100; ++i) r.add(h.data(), 1);
  r.add(h.data(), 0);
  CHECK(r.rows() == 102);
  std::array<float, features * classes> w{};
  std::array<float, classes> b{};
  REQUIRE(r.solve(w.data(), b.data()));
  for (float const x : w) CHECK(std::isfinite(x));
  for (float const x : b) CHECK(std::isfinite(x));
  h[0] = std::numeric_limits<float>::quiet_NaN();
  CHECK(r.nearest(h.data()) == classes);
  std::array<float, classes> y{};
  r.outputs(1, h.data(), y.data());
  for (float const x : y) CHECK(x == -most);
  h.fill(1e30F);  // finite, its distance is not
  CHECK(r.nearest(h.data()) == classes);
}

TEST_CASE("nearest_mean: the linear head chooses the nearest mean where classes are alike") {
  readout r;
  for (auto const& row : draw(60, 8)) r.add(row.h.data(), row.label);
  for (double const confidence : {0.3, 1.0, 20.0}) {
    std::array<float, features * classes> w{};
    std::array<float, classes> b{};
    REQUIRE(r.solve(w.data(), b.data(), {.confidence = confidence}));
    for (std::size_t k = 0; k < features; ++k) CHECK(w[k * classes + 3] == 0);
    for (auto const& q : draw(200, 9)) {
      std::array<float, classes> y{}, z = b;
      r.outputs(1, q.h.data(), y.data());
      for (std::size_t k = 0; k < features; ++k)
        for (std::size_t c = 0; c < classes; ++c) z[c] += q.h[k] * w[k * classes + c];
      // differences of outputs are those of squared distances over 2t, whatever the classes
      for (std::size_t c = 1; c < 3; ++c) {
        CAPTURE(c);
        bool const nearer = y[c] > y[0] + 0.02F, further = y[c] < y[0] - 0.02F;
        if (nearer) CHECK(z[c] > z[0]);
        if (further) CHECK(z[c] < z[0]);
      }
    }
  }
}

TEST_CASE("nearest_mean: a head of one row, of rows that are all alike, and of none") {
  readout r;
  std::array<float, features * classes> w{};
  std::array<float, classes> b{};
  b.fill(7);
  CHECK_FALSE(r.solve(w.data(), b.data()));
  CHECK(b[0] == 7);
  std::array<float, features> h{};
  h.fill(2);
  for (int i = 0; i < 3; ++i) {
    r.add(h.data(), 2);
    REQUIRE(r.solve(w.data(), b.data()));
    for (float const x : w) CHECK(x == 0);
    for (std::size_t c = 0; c < classes; ++c) CHECK((c == 2 || b[c] < b[2]));
  }
}

TEST_CASE("nearest_mean: rows that are all alike under several labels make no steep head") {
  for (std::size_t k = 1; k < 50; ++k) {
    readout r;
    std::array<float, features * classes> w{};
    std::array<float, classes> b{};
    std::array<float, features> h{};
    h.fill(0.37F * static_cast<float>(k));
    for (std::size_t const c : {0U, 1U, 2U}) r.add(h.data(), c);
    REQUIRE(r.solve(w.data(), b.data()));
    for (float const x : w) CHECK(std::abs(x) < 0.01F);
  }
}

TEST_CASE("nearest_mean: millions of rows do not move a mean by rounding, and 2^24 are all") {
  auto const begin_at = [](readout& r, float rows, float mean) {
    walk(r, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
      if constexpr (std::is_same_v<T, float>) {
        if (path.name == "rows") field.values[0] = rows;
        if (path.name == "means") field.values[0] = mean;
      }
    });
  };
  readout r;
  begin_at(r, 8e6F, 0.1F);
  std::array<float, features> h{};
  for (int i = 0; i < 500000; ++i) {
    h[0] = i % 10 == 0 ? 1.0F : 0.0F;
    r.add(h.data(), 0);
  }
  CHECK(r.rows(0) == 8500000);
  CHECK(static_cast<double>(r.mean(0)[0]) == doctest::Approx(0.1).epsilon(1e-5));
  begin_at(r, 0x1p24F, 0.1F);
  auto const before = support::bytes_of(r);
  h[0] = 1e6F;
  r.add(h.data(), 0);
  CHECK(support::bytes_of(r) == before);
}

TEST_CASE("nearest_mean: all that it remembers is recorded, and its options have ranges") {
  readout a, b;
  for (auto const& row : draw(20, 10)) a.add(row.h.data(), row.label);
  support::set_bytes(b, support::bytes_of(a));
  for (auto const& row : draw(20, 11))
    a.add(row.h.data(), row.label), b.add(row.h.data(), row.label);
  CHECK(support::bytes_of(a) == support::bytes_of(b));
  CHECK(support::unrecorded_bytes(adapt::imprinting{}) == 0);
  CHECK(first_bad_option(adapt::imprinting{.confidence = 0}));
  CHECK(first_bad_option(adapt::imprinting{.confidence = 1e9}));
  CHECK_FALSE(first_bad_option(adapt::imprinting{}));
}

TEST_CASE("nearest_mean: a file has no more rows than are counted") {
  readout s;
  walk(s, []<class T>(field_path const& path, recorded_field<T> const& field) {
    if constexpr (std::is_same_v<T, float>)
      if (path.name == "rows")
        for (float& x : field.values) x = static_cast<float>(std::min(field.range.high, 3e38));
  });
  CHECK(s.rows(0) == 1U << 24U);
  CHECK(s.rows() == readout::classes << 24U);
}

}  // namespace adapt_nearest_mean_test
