// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/reader.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/simd/math.hpp>

#include "../support/numbers.hpp"

namespace {

using namespace halo;
using test::numbers;

constexpr std::size_t weight_count = 70, row_count = 14, input_count = 3;

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

/// One number that depends on every weight, every row entry and every input: a small program.
template <class R, class V>
V fragment(R const& r, V const* x) {
  using simd::tanh;
  std::array<V, 7> a;
  r.template affine<3, 7>(x, 0, 21, a.data());
  for (V& ai : a) ai = tanh(ai);
  std::array<V, 2> b;
  r.template linear<7, 2>(a.data(), 28, b.data());
  std::array<V, 12> c;
  r.template affine_row<2, 12>(b.data(), 42, 1, c.data());
  V y = r.weight(66) * r.row(0) + r.weight(67) * b[0] * r.row(13) + r.weight(68);
  for (std::size_t k = 0; k < 12; ++k) y = y + tanh(c[k]) * r.weight(k % 2 == 0 ? 69 : 66);
  return y;
}

/// Where in [weights | row | inputs of all lanes] the parts begin.
template <class V>
struct problem {
  static constexpr std::size_t lanes = [] {
    if constexpr (std::is_same_v<V, double>)
      return std::size_t{1};
    else
      return std::size_t{V::size};
  }();
  static constexpr std::size_t size = weight_count + row_count + input_count * lanes;

  static V input(double const* all, std::size_t i) {
    double const* const x = all + weight_count + row_count + i * lanes;
    if constexpr (std::is_same_v<V, double>)
      return *x;
    else
      return V::load(x);
  }
  static double sum(V const& y) {
    if constexpr (std::is_same_v<V, double>)
      return y;
    else
      return lane_sum(y);
  }

  static double value(std::span<double const> all) {
    learned::plain_reader<V, double> const r(all.data(), all.data() + weight_count);
    std::array<V, input_count> x;
    for (std::size_t i = 0; i < input_count; ++i) x[i] = input(all.data(), i);
    return sum(fragment(r, x.data()));
  }

  /// Twice the same fragment on one tape, so that adjoints must add up, halved.
  static void gradient(std::span<double const> all, std::span<double> to) {
    autodiff::tape<V> tape;
    std::vector<V> weights(weight_count, V(0.0)), row(row_count, V(0.0));
    learned::taped_reader<V> const r(tape, all.data(), weights.data(), all.data() + weight_count,
                                     row.data());
    for (int round = 0; round < 2; ++round) {
      tape.clear();
      r.clear();
      std::array<autodiff::variable<V>, input_count> x;
      for (std::size_t i = 0; i < input_count; ++i)
        x[i] = autodiff::variable<V>(tape, input(all.data(), i));
      auto const y = fragment(r, x.data());
      backward(y);
      r.collect();
      for (std::size_t i = 0; i < input_count; ++i) {
        double* const at = to.data() + weight_count + row_count + i * lanes;
        if constexpr (std::is_same_v<V, double>)
          *at = x[i].adjoint();
        else
          x[i].adjoint().store(at);
      }
    }
    for (std::size_t i = 0; i < weight_count; ++i) to[i] = sum(weights[i]) / 2;
    for (std::size_t i = 0; i < row_count; ++i) to[weight_count + i] = sum(row[i]) / 2;
  }
};

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

TEST_CASE_TEMPLATE("the taped reader collects the derivatives", V, double,
                   simd::batch<double, simd::scalar>, simd::batch<double>) {
  using p = problem<V>;
  auto const at = numbers<double>(p::size, 5);
  auto const report = autodiff::check_gradient(p::value, p::gradient, std::span<double const>(at));
  CAPTURE(report.index);
  CAPTURE(report.given);
  CAPTURE(report.expected);
  CHECK(report.checked == p::size);
  CHECK(report.passed);
}
