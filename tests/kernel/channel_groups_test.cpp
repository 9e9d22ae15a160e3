// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/channel_groups.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <halo/autodiff/planar.hpp>
#include <halo/kernel/channel_moments.hpp>

#include "support/numbers.hpp"

namespace kernel_channel_groups_test {

namespace kernel = halo::kernel;
using halo::autodiff::planar;
using support::numbers;

namespace {

struct moments {
  std::vector<double> mean, variance;
};

/// Channel moments of x, joined to groups.
moments of_groups(std::size_t n, std::size_t channels, std::size_t groups,
                  std::vector<double> const& x) {
  moments m{std::vector<double>(channels), std::vector<double>(channels)};
  std::vector<double> rest(channels);
  kernel::channel_moments(n, channels, x.data(), m.mean.data(), m.variance.data(), rest.data());
  kernel::group_moments(channels, groups, m.mean.data(), m.variance.data(), rest.data());
  return m;
}

/// The same by loops over the elements of each group.
moments plain(std::size_t n, std::size_t channels, std::size_t groups,
              std::vector<double> const& x) {
  moments m{std::vector<double>(channels), std::vector<double>(channels)};
  std::size_t const size = channels / groups;
  double const share = 1 / static_cast<double>(n * size);
  for (std::size_t c = 0; c < channels; ++c) {
    std::size_t const first = c / size * size;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = first; k < first + size; ++k) m.mean[c] += x[i * channels + k] * share;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = first; k < first + size; ++k) {
        double const d = x[i * channels + k] - m.mean[c];
        m.variance[c] += d * d * share;
      }
    }
  }
  return m;
}

}  // namespace

TEST_CASE("groups: mean and variance are those of all elements of a group") {
  for (std::size_t const n : {1U, 7U, 70U}) {
    for (std::size_t const groups : {1U, 2U, 3U, 12U}) {
      CAPTURE(n);
      CAPTURE(groups);
      auto const x = numbers<double>(n * 12, 1, 3);
      moments const m = of_groups(n, 12, groups, x), expected = plain(n, 12, groups, x);
      CHECK(support::distance(m.mean, expected.mean) < 1e-13);
      CHECK(support::distance(m.variance, expected.variance) < 1e-13);
    }
  }
}

TEST_CASE("groups: slopes are shared sums, weighted by the gains") {
  auto const gain = numbers<double>(6, 1), a = numbers<double>(6, 2), b = numbers<double>(6, 3);
  std::vector<double> shift = a, tilt = b;
  kernel::group_slopes(10, 6, 2, gain.data(), shift.data(), tilt.data());
  for (std::size_t c = 0; c < 6; ++c) {
    double sum_a = 0, sum_b = 0;
    for (std::size_t k = c / 3 * 3; k < c / 3 * 3 + 3; ++k) {
      sum_a += gain[k] * a[k] / 10;
      sum_b += gain[k] * b[k] / 10;
    }
    CHECK(shift[c] == doctest::Approx(sum_a).epsilon(1e-14));
    CHECK(tilt[c] == doctest::Approx(sum_b).epsilon(1e-14));
  }
}

TEST_CASE("groups: planes carry derivatives") {
  std::size_t const n = 5, channels = 6, groups = 2;
  auto const x = numbers<double>(n * channels, 1, 3), v = numbers<double>(n * channels, 2);
  std::vector<double> mean(channels), mean_t(channels), variance(channels), variance_t(channels);
  std::vector<double> rest(channels), rest_t(channels);
  planar<double> const m(mean.data(), mean_t.data()), s(variance.data(), variance_t.data()),
      r(rest.data(), rest_t.data());
  kernel::channel_moments(n, channels, planar<double const>(x.data(), v.data()), m, s, r);
  kernel::group_moments(channels, groups, m, s, r);
  double const step = 1e-6;
  auto const moved = [&](double by) {
    std::vector<double> at = x;
    for (std::size_t i = 0; i < at.size(); ++i) at[i] += by * v[i];
    return plain(n, channels, groups, at);
  };
  moments const above = moved(step), below = moved(-step);
  for (std::size_t c = 0; c < channels; ++c) {
    double const by = 2 * step;
    CHECK(mean_t[c] == doctest::Approx((above.mean[c] - below.mean[c]) / by).epsilon(1e-8));
    CHECK(variance_t[c] ==
          doctest::Approx((above.variance[c] - below.variance[c]) / by).epsilon(1e-7));
  }
}

}  // namespace kernel_channel_groups_test
