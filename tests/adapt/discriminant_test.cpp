// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/discriminant.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include <halo/core/options.hpp>
#include <halo/core/random.hpp>

#include "../support/device.hpp"
#include "support/unrecorded.hpp"

namespace adapt_discriminant_test {

using namespace halo;

namespace {

constexpr std::size_t features = 6, classes = 4;
using sums = adapt::discriminant<features, classes>;
static_assert(!first_bad_option(adapt::discriminant_options{}));

struct rows_of_classes {
  std::vector<std::array<float, features>> x;
  std::vector<std::size_t> y;
};

rows_of_classes draw(std::size_t n, seed s, double offset = 0) {
  generator g(s, 3);
  rows_of_classes r;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t const c = g.below(classes);
    std::array<float, features> h{};
    for (std::size_t k = 0; k < features; ++k)
      h[k] = static_cast<float>(offset + (k % classes == c ? 2.0 : 0.0) +
                                (0.5 + 0.1 * static_cast<double>(k)) *
                                    static_cast<double>(g.normal()) +
                                (k > 0 ? 0.3 * static_cast<double>(h[k - 1]) : 0.0));
    r.x.push_back(h);
    r.y.push_back(c);
  }
  return r;
}

struct linear_head {
  std::array<double, features * classes> w{};
  std::array<double, classes> b{};
};

/// The equations as they stand, two passes and elimination without pivots, in double.
linear_head reference(rows_of_classes const& r, adapt::discriminant_options const& o) {
  auto const n = static_cast<double>(r.x.size());
  std::array<std::array<double, features>, classes> mu{};
  std::array<double, classes> count{};
  std::array<double, features> all{};
  for (std::size_t i = 0; i < r.x.size(); ++i) count[r.y[i]] += 1;
  for (std::size_t i = 0; i < r.x.size(); ++i)
    for (std::size_t k = 0; k < features; ++k) {
      mu[r.y[i]][k] += static_cast<double>(r.x[i][k]) / count[r.y[i]];
      all[k] += static_cast<double>(r.x[i][k]) / n;
    }
  std::array<std::array<double, features>, features> a{};
  double within = 0, between = 0;
  for (std::size_t i = 0; i < r.x.size(); ++i)
    for (std::size_t k = 0; k < features; ++k)
      for (std::size_t j = 0; j < features; ++j)
        a[k][j] += (static_cast<double>(r.x[i][k]) - mu[r.y[i]][k]) *
                   (static_cast<double>(r.x[i][j]) - mu[r.y[i]][j]) / n;
  for (std::size_t k = 0; k < features; ++k) {
    within += a[k][k] / features;
    for (std::size_t c = 0; c < classes; ++c)
      between += count[c] / n * std::pow(mu[c][k] - all[k], 2) / features;
  }
  double const share = o.shrinkage * features / (n + o.shrinkage * features);
  for (std::size_t k = 0; k < features; ++k) {
    for (std::size_t j = 0; j < features; ++j) a[k][j] *= 1 - share;
    a[k][k] += (share + 1e-3) * std::max(within, between / 20);
  }
  linear_head h;
  for (std::size_t c = 0; c < classes; ++c) {
    auto m = a;
    std::array<double, features> z{};
    for (std::size_t k = 0; k < features; ++k) z[k] = count[c] > 0 ? mu[c][k] - all[k] : 0;
    for (std::size_t k = 0; k < features; ++k)
      for (std::size_t i = k + 1; i < features; ++i) {
        double const f = m[i][k] / m[k][k];
        for (std::size_t j = k; j < features; ++j) m[i][j] -= f * m[k][j];
        z[i] -= f * z[k];
      }
    for (std::size_t k = features; k-- > 0;) {
      for (std::size_t j = k + 1; j < features; ++j) z[k] -= m[k][j] * z[j];
      z[k] /= m[k][k];
    }
    h.b[c] = std::log((count[c] + 0.5) / (n + 0.5 * classes)) - (count[c] > 0 ? 0 : 3);
    for (std::size_t k = 0; k < features; ++k) {
      h.w[k * classes + c] = o.confidence * z[k];
      if (count[c] > 0) h.b[c] -= z[k] * (mu[c][k] + all[k]) / 2;
    }
    h.b[c] *= o.confidence;
  }
  return h;
}

struct float_head {
  std::array<float, features * classes> w{};
  std::array<float, classes> b{};
};

float_head solved(sums& s, adapt::discriminant_options const& o = {}) {
  float_head h;
  REQUIRE(s.solve(h.w.data(), h.b.data(), o));
  return h;
}

std::size_t right(float_head const& h, rows_of_classes const& r) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < r.x.size(); ++i) {
    std::array<float, classes> y = h.b;
    for (std::size_t k = 0; k < features; ++k)
      for (std::size_t c = 0; c < classes; ++c) y[c] += r.x[i][k] * h.w[k * classes + c];
    std::size_t best = 0;
    for (std::size_t c = 1; c < classes; ++c) best = y[c] > y[best] ? c : best;
    n += best == r.y[i] ? 1U : 0U;
  }
  return n;
}

}  // namespace

TEST_CASE("discriminant: the equations, row by row in float as in two passes in double") {
  for (adapt::discriminant_options const o :
       {adapt::discriminant_options{}, {.shrinkage = 0, .confidence = 1}, {.shrinkage = 5}})
    for (std::size_t const n : {3U, 8U, 40U, 3000U})
      for (double const offset : {0.0, 30.0}) {
        CAPTURE(n);
        CAPTURE(offset);
        auto const r = draw(n, seed{n}, offset);
        auto const s = std::make_unique<sums>();
        for (std::size_t i = 0; i < n; ++i) s->add(r.x[i].data(), r.y[i]);
        CHECK(s->rows() == n);
        auto const h = solved(*s, o);
        auto const expected = reference(r, o);
        double most = 0;
        for (double const w : expected.w) most = std::max(most, std::abs(w));
        for (std::size_t k = 0; k < h.w.size(); ++k)
          CHECK(std::abs(static_cast<double>(h.w[k]) - expected.w[k]) < 2e-3 * most);
        for (std::size_t c = 0; c < classes; ++c)
          CHECK(std::abs(static_cast<double>(h.b[c]) - expected.b[c]) <
                2e-3 * (std::abs(expected.b[c]) + most * (1 + offset)));
      }
}

TEST_CASE("discriminant: tells classes apart that it saw three rows each of") {
  auto const train = draw(12, seed{5}), test = draw(2000, seed{6});
  auto const s = std::make_unique<sums>();
  for (std::size_t i = 0; i < train.x.size(); ++i) s->add(train.x[i].data(), train.y[i]);
  CHECK(right(solved(*s), test) > 1400);
}

TEST_CASE("discriminant: a class that comes later is learned when it comes") {
  auto const r = draw(400, seed{7});
  auto const s = std::make_unique<sums>();
  for (std::size_t i = 0; i < r.x.size(); ++i)
    if (r.y[i] != 2) s->add(r.x[i].data(), r.y[i]);
  auto const before = solved(*s);
  rows_of_classes late;
  for (std::size_t i = 0; i < r.x.size(); ++i)
    if (r.y[i] == 2) late.x.push_back(r.x[i]), late.y.push_back(2);
  CHECK(right(before, late) == 0);
  for (auto const& x : late.x) s->add(x.data(), 2);
  CHECK(right(solved(*s), late) > late.x.size() * 3 / 4);
}

TEST_CASE("discriminant: no rows, rows that are all alike, rows that are not finite") {
  auto const s = std::make_unique<sums>();
  float_head h;
  h.b.fill(7);
  CHECK_FALSE(s->solve(h.w.data(), h.b.data()));
  CHECK(h.b[0] == 7);
  std::array<float, features> row{};
  row.fill(std::numeric_limits<float>::infinity());
  s->add(row.data(), 1);
  row.fill(std::numeric_limits<float>::quiet_NaN());
  s->add(row.data(), 1);
  CHECK(s->rows() == 0);
  row.fill(2);
  for (int i = 0; i < 5; ++i) s->add(row.data(), 1);
  auto const one = solved(*s);
  for (float const w : one.w) CHECK(w == 0);
  CHECK(one.b[1] > one.b[0]);
}

TEST_CASE("discriminant: millions of rows do not move what is within classes by rounding") {
  sums s;
  auto const first_of = [&](std::string_view name) {
    float* first = nullptr;
    walk(s, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
      if constexpr (std::is_same_v<T, float>)
        if (path.name == name) first = field.values.data();
    });
    return first;
  };
  *first_of("rows") = 8e6F;
  *first_of("means") = 0.1F;
  *first_of("scatter") = 0.09F;  // p (1 - p)
  std::array<float, features> row{};
  for (int i = 0; i < 500000; ++i) {
    row[0] = i % 10 == 0 ? 1.0F : 0.0F;
    s.add(row.data(), 0);
  }
  CHECK(static_cast<double>(*first_of("means")) == doctest::Approx(0.1).epsilon(1e-5));
  CHECK(static_cast<double>(*first_of("scatter")) == doctest::Approx(0.09).epsilon(1e-5));
  *first_of("rows") = 0x1p24F;
  auto const before = support::bytes_of(s);
  s.add(row.data(), 0);
  CHECK(support::bytes_of(s) == before);
}

TEST_CASE("discriminant: what it remembers is recorded") {
  auto const r = draw(30, seed{8});
  sums a;
  for (std::size_t i = 0; i < 30; ++i) a.add(r.x[i].data(), r.y[i]);
  sums b;
  support::set_bytes(b, support::bytes_of(a));
  CHECK(solved(a).w == solved(b).w);
  CHECK(support::unrecorded_bytes(adapt::discriminant_options{}) == 0);
}

TEST_CASE("discriminant: sums from a hostile file make a finite head or none") {
  generator g(seed{11});
  for (int i = 0; i < 200; ++i) {
    sums s;
    auto const r = draw(20, seed{12});
    for (std::size_t k = 0; k < 20; ++k) s.add(r.x[k].data(), r.y[k]);
    walk(s, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
      if constexpr (std::is_same_v<T, float>)
        for (float& x : field.values)
          if (g.below(4) == 0) {
            double const size = std::pow(10.0, 50 * static_cast<double>(g.uniform()) - 30);
            x = static_cast<float>(std::min(size, std::min(field.range.high, 3e38)));
            if (path.name == "scatter" && g.below(2) == 0) x = -x;
          }
    });
    float_head h;
    h.b.fill(7);
    bool const made = s.solve(h.w.data(), h.b.data());
    for (float const x : h.w) CHECK((made ? std::isfinite(x) : x == 0));
    for (float const x : h.b) CHECK((made ? std::isfinite(x) : x == 7));
  }
}

TEST_CASE("discriminant: a file has no more rows than are counted") {
  sums s;
  walk(s, []<class T>(field_path const& path, recorded_field<T> const& field) {
    if constexpr (std::is_same_v<T, float>)
      if (path.name == "rows")
        for (float& x : field.values) x = static_cast<float>(std::min(field.range.high, 3e38));
  });
  CHECK(s.rows(0) == 1U << 24U);
  CHECK(s.rows() == sums::classes << 24U);
}

}  // namespace adapt_discriminant_test
