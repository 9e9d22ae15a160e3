// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/reader.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/simd/batch.hpp>

#include "../support/numbers.hpp"
#include "../support/reader_fragment.hpp"

namespace learned_reader_test {

namespace {

using namespace halo;
using support::fragment;
using support::input_count;
using support::numbers;
using support::row_count;
using support::weight_count;

/// y = x·W + b, wherever they lie.
std::vector<double> by_hand(std::span<double const> x, double const* w, double const* b,
                            std::size_t outputs) {
  std::vector<double> y(outputs);
  for (std::size_t j = 0; j < outputs; ++j) {
    y[j] = b == nullptr ? 0 : b[j];
    for (std::size_t i = 0; i < x.size(); ++i) y[j] += x[i] * w[i * outputs + j];
  }
  return y;
}

}  // namespace

TEST_CASE("the plain reader reads weights and rows and multiplies") {
  auto const w = numbers<double>(700, 1), row = numbers<double>(60, 2), x = numbers<double>(9, 3);
  learned::plain_reader<double, double> const r(w.data(), row.data());
  CHECK(r.weight(17) == w[17]);
  CHECK(r.row(59) == row[59]);
  auto const same = [](auto const& y, std::vector<double> const& expected) {
    for (std::size_t j = 0; j < expected.size(); ++j)
      CHECK(y[j] == doctest::Approx(expected[j]).epsilon(1e-14));
  };
  std::array<double, 33> y{};
  r.affine<9, 33>(x.data(), 5, 400, y.data());
  same(y, by_hand(x, w.data() + 5, w.data() + 400, 33));
  r.linear<9, 10>(x.data(), 7, y.data());
  same(y, by_hand(x, w.data() + 7, nullptr, 10));
  r.affine_row<4, 20>(x.data(), 11, 30, y.data());
  same(y, by_hand(std::span(x).first(4), w.data() + 11, row.data() + 30, 20));
  r.affine<1, 1>(x.data(), 3, 4, y.data());
  same(y, {x[0] * w[3] + w[4]});
}

TEST_CASE_TEMPLATE("every lane reads what a scalar reads", T, float, double) {
  using V = simd::batch<T>;
  auto const w = numbers<T>(weight_count, 1), row = numbers<T>(row_count, 2);
  auto const x = numbers<T>(input_count * V::size, 3);
  std::array<V, input_count> lanes;
  for (std::size_t i = 0; i < input_count; ++i) lanes[i] = V::load(x.data() + i * V::size);
  V const y = fragment(learned::plain_reader<V, T>(w.data(), row.data()), lanes.data());
  for (std::size_t lane = 0; lane < V::size; ++lane) {
    std::array<T, input_count> one;
    for (std::size_t i = 0; i < input_count; ++i) one[i] = x[i * V::size + lane];
    learned::plain_reader<T, T> const r(w.data(), row.data());
    CHECK(y.get(lane) ==
          doctest::Approx(fragment(r, one.data())).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-13));
  }
}

TEST_CASE("weights may be stored narrower than the numbers are") {
  auto const w = numbers<float>(8, 1);
  auto const row = numbers<double>(2, 2), x = numbers<double>(3, 3);
  learned::plain_reader<double, float, double> const r(w.data(), row.data());
  std::vector<double> const wide(w.begin(), w.end());
  std::array<double, 2> y;
  r.affine<3, 2>(x.data(), 0, 6, y.data());
  auto const expected = by_hand(x, wide.data(), wide.data() + 6, 2);
  CHECK(y[0] == doctest::Approx(expected[0]).epsilon(1e-14));
  CHECK(y[1] == doctest::Approx(expected[1]).epsilon(1e-14));
  r.affine_row<3, 2>(x.data(), 0, 0, y.data());
  CHECK(y[1] == doctest::Approx(by_hand(x, wide.data(), row.data(), 2)[1]).epsilon(1e-14));
}

}  // namespace learned_reader_test
