// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/quantise.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "../support/network.hpp"
#include "../support/quantised.hpp"

namespace kernel_quantise_test {

using namespace halo;
using kernel::grid;
using kernel::outside;
using support::draw;
using support::plain_grid;

namespace {

constexpr auto grids = {grid::symmetric, grid::asymmetric};

template <class T>
void check_tensor(std::vector<T> const& x, unsigned bits, grid g) {
  auto const r = kernel::range_of(x.size(), x.data());
  plain_grid<T> const plain(x, bits, g);
  REQUIRE(r.low == plain.low);
  REQUIRE(r.high == plain.high);
  std::vector<T> y(x.size() + 9, T(7));
  kernel::fake_quantise(x.size(), r, bits, g, outside::none, x.data(), y.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(y[i] == plain(x[i]));
    CHECK(std::abs(y[i] - x[i]) <= plain.scale * T(0.5001));
    CHECK((x[i] != 0 || y[i] == 0));
  }
  CHECK(std::all_of(y.begin() + static_cast<std::ptrdiff_t>(x.size()), y.end(),
                    [](T e) { return e == 7; }));
}

template <class T>
void check_all() {
  for (unsigned bits = 2; bits <= 8; ++bits)
    for (grid const g : grids)
      for (std::size_t const n : {0U, 1U, 2U, 7U, 16U, 17U, 33U, 100U}) {
        CAPTURE(bits);
        CAPTURE(n);
        auto x = draw<T>(n, 1 + n);
        check_tensor(x, bits, g);
        for (T& e : x) e = std::abs(e) + T(3);  // 0 is not among them
        check_tensor(x, bits, g);
        for (T& e : x) e = -e;
        check_tensor(x, bits, g);
        check_tensor(std::vector<T>(n, T(-0.3)), bits, g);
        check_tensor(std::vector<T>(n, T(0)), bits, g);
        check_tensor(std::vector<T>(n, std::numeric_limits<T>::max() / 2), bits, g);
      }
}

}  // namespace

TEST_CASE("quantise: each number goes to the nearest of the grid, as in a plain loop") {
  check_all<float>();
  check_all<double>();
}

TEST_CASE("quantise: a grid has no more than 2^bits numbers, and does not move them again") {
  for (unsigned bits = 2; bits <= 8; ++bits)
    for (grid const g : grids) {
      auto const x = draw<float>(5000, bits);
      std::vector<float> y(x.size());
      auto const r = kernel::range_of(x.size(), x.data());
      kernel::fake_quantise(x.size(), r, bits, g, outside::none, x.data(), y.data());
      auto again = y;
      kernel::fake_quantise(y.size(), r, bits, g, outside::stops, again.data(), again.data());
      CHECK(again == y);
      std::sort(y.begin(), y.end());
      auto const n = static_cast<std::size_t>(std::unique(y.begin(), y.end()) - y.begin());
      CHECK(n <= (std::size_t{1} << bits) - (g == grid::symmetric ? 1 : 0));
      CHECK(n > (std::size_t{1} << bits) / 2);
    }
}

TEST_CASE("quantise: a range too small for a step is taken for 0") {
  std::vector<float> const x(5, std::numeric_limits<float>::denorm_min() * 3);
  std::vector<float> y(5, 7);
  kernel::fake_quantise(5, kernel::range_of(5, x.data()), 8, grid::asymmetric, outside::none,
                        x.data(), y.data());
  CHECK(y == std::vector<float>(5));
}

TEST_CASE("quantise: an infinite range leaves no number, a NaN beyond a finite one stays NaN") {
  float const infinity = std::numeric_limits<float>::infinity();
  for (float const bad : {infinity, -infinity, std::nanf("")})
    for (std::size_t const n : {1U, 16U, 40U})
      for (std::size_t at = 0; at < n; at += 7)
        for (grid const g : grids) {
          auto x = draw<float>(n, 1);
          x[at] = bad;
          auto const r = kernel::range_of(n, x.data());
          CHECK(r.low == -infinity);
          CHECK(r.high == infinity);
          std::vector<float> y(n);
          kernel::fake_quantise(n, r, 8, g, outside::none, x.data(), y.data());
          for (float const e : y) CHECK(std::isnan(e));
          kernel::fake_quantise_channels(1, n, 8, g, x.data(), y.data());
          for (std::size_t i = 0; i < n; ++i) CHECK(std::isnan(y[i]) == (i == at));
          kernel::fake_quantise(n, {-1, 1}, 8, g, outside::stops, x.data(), y.data());
          CHECK(std::isnan(y[at]) == std::isnan(bad));
        }
}

TEST_CASE("quantise: channels have their own ranges") {
  for (std::size_t const channels : {1U, 3U, 16U, 21U})
    for (std::size_t const n : {0U, 1U, 5U}) {
      auto const x = draw<float>(n * channels, 4);
      std::vector<float> y(x.size());
      kernel::fake_quantise_channels(n, channels, 4, grid::asymmetric, x.data(), y.data());
      for (std::size_t c = 0; c < channels; ++c) {
        std::vector<float> of_channel;
        for (std::size_t i = 0; i < n; ++i) of_channel.push_back(x[i * channels + c]);
        plain_grid<float> const plain(of_channel, 4, grid::asymmetric);
        for (std::size_t i = 0; i < n; ++i) CHECK(y[i * channels + c] == plain(of_channel[i]));
      }
    }
}

TEST_CASE("quantise: gradients and tangents pass inside the range and stop outside") {
  for (grid const g : grids) {
    std::size_t const n = 37;
    auto const x = draw<double>(n, 2, 2.0), t = draw<double>(n, 3);
    kernel::value_range<double> const r{-0.7, 1.3};
    plain_grid<double> const plain(r.low, r.high, 5, g);
    std::vector<double> y(n), dy(n), dx = t;
    using planes = autodiff::planar<double>;
    planes const out{y.data(), dy.data()};
    kernel::fake_quantise(n, r, 5, g, outside::stops,
                          autodiff::planar<double const>(x.data(), t.data()), out);
    kernel::stop_outside(n, r, 5, g, x.data(), dx.data());
    std::size_t stopped = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double const expected = plain.inside(x[i]) ? t[i] : 0;
      CHECK(y[i] == plain(x[i]));
      CHECK(dy[i] == expected);
      CHECK(dx[i] == expected);
      stopped += expected == 0;
    }
    CHECK(stopped > 5);
    CHECK(stopped < n - 5);
    kernel::fake_quantise(n, r, 5, g, outside::none,
                          autodiff::planar<double const>(x.data(), t.data()), out);
    CHECK(dy == t);
    std::vector<double> value = t, tangent = t;
    kernel::stop_outside(n, r, 5, g, autodiff::planar<double const>(x.data(), nullptr),
                         planes{value.data(), tangent.data()});
    CHECK(value == dx);
    CHECK(tangent == dx);
  }
}

}  // namespace kernel_quantise_test
