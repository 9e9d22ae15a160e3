// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/taped_reader.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/learned/reader.hpp>

#include "../support/numbers.hpp"
#include "../support/reader_fragment.hpp"

namespace learned_taped_reader_test {

namespace {

using namespace halo;
using support::fragment;
using support::input_count;
using support::numbers;
using support::row_count;
using support::weight_count;

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

}  // namespace learned_taped_reader_test
