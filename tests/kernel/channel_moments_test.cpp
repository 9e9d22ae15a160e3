// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/channel_moments.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/numbers.hpp"

namespace kernel_channel_moments_test {

namespace kernel = halo::kernel;
namespace simd = halo::simd;
using support::numbers;

TEST_CASE_TEMPLATE("mean and variance of each channel, by loops", M, HALO_MACHINES) {
  using T = typename M::value;
  for (std::size_t const n : {1U, 2U, 63U, 64U, 65U, 300U}) {
    for (std::size_t const channels : {1U, 7U, 16U, 64U, 83U}) {
      CAPTURE(n);
      CAPTURE(channels);
      auto const x = numbers<T>(n * channels, 1, 3);
      std::vector<T> mean(channels), variance(channels), rest(channels);
      std::vector<double> m(channels), v(channels);
      for (std::size_t i = 0; i < x.size(); ++i)
        m[i % channels] += static_cast<double>(x[i]) / static_cast<double>(n);
      for (std::size_t i = 0; i < x.size(); ++i) {
        double const d = static_cast<double>(x[i]) - m[i % channels];
        v[i % channels] += d * d / static_cast<double>(n);
      }
      kernel::channel_moments<typename M::arch>(n, channels, x.data(), mean.data(), variance.data(),
                                                rest.data());
      CHECK(support::distance(mean, m) < support::tolerance<T>);
      CHECK(support::distance(variance, v) < support::tolerance<T>);
    }
  }
}

TEST_CASE_TEMPLATE("many positions with a large mean lose no digits", M, HALO_MACHINES) {
  using T = typename M::value;
  std::size_t const n = 50000;
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = T(4096) + static_cast<T>(i % 2);
  T mean, variance, rest;
  kernel::channel_moments<typename M::arch>(n, 1, static_cast<T const*>(x.data()), &mean, &variance,
                                            &rest);
  double const unit = 4096 * static_cast<double>(std::numeric_limits<T>::epsilon());
  CHECK(std::abs(static_cast<double>(mean) - 4096.5) <= unit);
  CHECK(static_cast<double>(mean) - 4096.5 + static_cast<double>(rest) ==
        doctest::Approx(0).epsilon(unit / 1000));
  CHECK(static_cast<double>(variance) == doctest::Approx(0.25).epsilon(unit / 1000));

  kernel::channel_moments<typename M::arch>(0, 1, static_cast<T const*>(x.data()), &mean, &variance,
                                            &rest);
  CHECK(mean == 0);
  CHECK(variance == 0);
  CHECK(rest == 0);
}

TEST_CASE_TEMPLATE("a channel's moments are its own, however large the mean beside it", M,
                   HALO_MACHINES) {
  using T = typename M::value;
  std::size_t const n = 100, channels = 6;
  auto const moments = [&](T far) {
    auto x = numbers<T>(n * channels, 1);
    for (std::size_t i = 0; i < n; ++i) x[i * channels + 2] += far;
    std::vector<T> m(3 * channels);
    kernel::channel_moments<typename M::arch>(n, channels, x.data(), m.data(), m.data() + channels,
                                              m.data() + 2 * channels);
    return m;
  };
  auto const near = moments(T(0)), far = moments(T(30000));
  for (std::size_t i = 0; i < 3 * channels; ++i)
    if (i % channels != 2) CHECK(near[i] == far[i]);
}

}  // namespace kernel_channel_moments_test
