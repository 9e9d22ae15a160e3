// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/channel_norm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/numbers.hpp"

namespace kernel_channel_norm_test {

namespace kernel = halo::kernel;
namespace simd = halo::simd;
using halo::autodiff::planar;
using support::machine;
using support::numbers;
using support::tolerance;
using support::widen;

namespace {

constexpr double epsilon = 1e-5;
using doubles = std::vector<double>;

/// Everything about normalised channels, by loops and the full Jacobian.
struct plain {
  doubles y, mean, variance, dx, dgain, dbias;

  plain(std::size_t n, std::size_t channels, doubles const& x, doubles const& gain,
        doubles const& bias, doubles const& dy)
      : y(n * channels),
        mean(channels),
        variance(channels),
        dx(n * channels),
        dgain(channels),
        dbias(channels) {
    double const share = 1 / static_cast<double>(n);
    for (std::size_t c = 0; c < channels; ++c) {
      auto const at = [c, channels](std::size_t i) { return i * channels + c; };
      for (std::size_t i = 0; i < n; ++i) mean[c] += x[at(i)] * share;
      for (std::size_t i = 0; i < n; ++i)
        variance[c] += (x[at(i)] - mean[c]) * (x[at(i)] - mean[c]) * share;
      double const scale = 1 / std::sqrt(variance[c] + epsilon);
      doubles z(n);
      for (std::size_t i = 0; i < n; ++i) z[i] = (x[at(i)] - mean[c]) * scale;
      for (std::size_t i = 0; i < n; ++i) {
        y[at(i)] = gain[c] * z[i] + bias[c];
        dgain[c] += dy[at(i)] * z[i];
        dbias[c] += dy[at(i)];
        for (std::size_t k = 0; k < n; ++k) {
          double const same = i == k ? 1.0 : 0.0;
          dx[at(k)] += dy[at(i)] * gain[c] * scale * (same - share - z[i] * z[k] * share);
        }
      }
    }
  }
};

/// Room for what the kernels write.
template <class T>
struct results {
  std::vector<T> y, mean, variance, rest, dx, dgain, dbias, shift, tilt;
  results(std::size_t n, std::size_t c)
      : y(n * c), mean(c), variance(c), rest(c), dx(n * c), dgain(c), dbias(c), shift(c), tilt(c) {}
};

/// The kernels' results on pointers of any kind, for a mini-batch's own statistics.
template <class Arch, class P>
void run(std::size_t n, std::size_t channels, simd::const_of<P> x, simd::const_of<P> gain,
         simd::const_of<P> bias, simd::const_of<P> dy, P y, P mean, P variance, P rest, P dx,
         P dgain, P dbias, P shift, P tilt) {
  using C = simd::const_of<P>;
  using T = simd::scalar_of<P>;
  using E = simd::element_of<P>;
  using simd::read_element;
  using simd::write_element;
  kernel::channel_norm<P> const norm{gain, bias,   C(mean), C(variance), static_cast<T>(epsilon),
                                     {},   C(rest)};
  kernel::channel_moments<Arch>(n, channels, x, mean, variance, rest);
  kernel::channel_normalize<Arch>(n, channels, norm, x, y);
  kernel::channel_gradient<Arch>(n, channels, norm, x, dy, dgain, dbias);
  for (std::size_t c = 0; c < channels; ++c) {
    E const share = E(read_element(gain, c)) * E(T(1) / static_cast<T>(n));
    write_element(shift, c, E(read_element(dbias, c)) * share);
    write_element(tilt, c, E(read_element(dgain, c)) * share);
  }
  kernel::channel_backward<Arch>(n, channels, norm, x, dy, C(shift), C(tilt), dx);
}

}  // namespace

TEST_CASE_TEMPLATE("channels are normalised as in the definition", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const n : {1U, 2U, 5U, 63U, 64U, 65U, 200U}) {
    for (std::size_t const channels : {1U, 3U, 8U, 16U, 17U, 64U, 83U}) {
      CAPTURE(n);
      CAPTURE(channels);
      std::vector<T> x = numbers<T>(n * channels, 1, 2), dy = numbers<T>(n * channels, 2);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] += T(i / channels % 2);  // n = 2 varies too
      std::vector<T> const gain = numbers<T>(channels, 3), bias = numbers<T>(channels, 4);
      plain const expected(n, channels, widen(x), widen(gain), widen(bias), widen(dy));
      results<T> r(n, channels);
      run<arch, T*>(n, channels, x.data(), gain.data(), bias.data(), dy.data(), r.y.data(),
                    r.mean.data(), r.variance.data(), r.rest.data(), r.dx.data(), r.dgain.data(),
                    r.dbias.data(), r.shift.data(), r.tilt.data());
      CHECK(support::distance(r.mean, expected.mean) < tolerance<T>);
      CHECK(support::distance(r.variance, expected.variance) < tolerance<T>);
      CHECK(support::distance(r.y, expected.y) < tolerance<T>);
      CHECK(support::distance(r.dgain, expected.dgain) < tolerance<T>);
      CHECK(support::distance(r.dbias, expected.dbias) < tolerance<T>);
      CHECK(support::distance(r.dx, expected.dx) < tolerance<T>);

      T const e = static_cast<T>(epsilon);
      kernel::channel_norm<T*> const norm{
          gain.data(), bias.data(), r.mean.data(), r.variance.data(), e, {}, r.rest.data()};
      kernel::channel_backward<arch>(n, channels, norm, x.data(), dy.data(), r.shift.data(),
                                     r.tilt.data(), dy.data());
      CHECK(dy == r.dx);  // in place
      kernel::channel_norm<T*, kernel::relu> const active{
          gain.data(), bias.data(), r.mean.data(), r.variance.data(), e, {}, r.rest.data()};
      kernel::channel_normalize<arch>(n, channels, active, x.data(), x.data());
      for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i] == (r.y[i] > 0 ? r.y[i] : T(0)));
    }
  }
}

TEST_CASE_TEMPLATE("channels with given statistics pass gradients straight on", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const channels : {1U, 5U, 16U, 70U}) {
    std::size_t const n = 9;
    std::vector<T> const x = numbers<T>(n * channels, 1), dy = numbers<T>(n * channels, 2);
    std::vector<T> const gain = numbers<T>(channels, 3), mean = numbers<T>(channels, 4);
    std::vector<T> variance = numbers<T>(channels, 5), dx(n * channels);
    for (T& v : variance) v = v * v + T(0.1);
    kernel::channel_norm<T*> const norm{gain.data(), gain.data(), mean.data(), variance.data(),
                                        static_cast<T>(epsilon)};
    kernel::channel_backward<arch>(n, channels, norm, x.data(), dy.data(), nullptr, nullptr,
                                   dx.data());
    doubles expected(n * channels);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      std::size_t const c = i % channels;
      expected[i] = static_cast<double>(gain[c]) * static_cast<double>(dy[i]) /
                    std::sqrt(static_cast<double>(variance[c]) + epsilon);
    }
    CHECK(support::distance(dx, expected) < tolerance<T>);
  }
}

TEST_CASE_TEMPLATE("no channel has a say in its neighbour's", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const channels : {3U, 16U, 70U}) {
    std::size_t const n = 70, bad = channels / 2;
    std::vector<T> x = numbers<T>(n * channels, 1);
    std::vector<T> const gain = numbers<T>(channels, 2), bias = numbers<T>(channels, 3);
    auto const normalize = [&] {
      results<T> r(n, channels);
      kernel::channel_moments<arch>(n, channels, static_cast<T const*>(x.data()), r.mean.data(),
                                    r.variance.data(), r.rest.data());
      kernel::channel_norm<T*> const norm{
          gain.data(), bias.data(),  r.mean.data(), r.variance.data(), static_cast<T>(epsilon),
          {},          r.rest.data()};
      kernel::channel_normalize<arch>(n, channels, norm, x.data(), r.y.data());
      return r.y;
    };
    std::vector<T> const y = normalize();
    for (T const e : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
      x[33 * channels + bad] = e;
      std::vector<T> const spoilt = normalize();
      for (std::size_t i = 0; i < y.size(); ++i) {
        if (i % channels == bad)
          CHECK(std::isnan(spoilt[i]));
        else
          CHECK(spoilt[i] == y[i]);
      }
    }
  }
}

namespace {

/// Backward through an activation at once against the activation's own backward first.
template <class Arch, class T, class F>
void check_through(std::size_t n, std::size_t channels) {
  CAPTURE(std::string(F::name));
  std::vector<T> const x = numbers<T>(n * channels, 1), dy = numbers<T>(n * channels, 2);
  std::vector<T> const gain = numbers<T>(channels, 3), bias = numbers<T>(channels, 4);
  results<T> plain_r(n, channels), r(n, channels);
  std::vector<T> y(n * channels), du(n * channels);
  kernel::channel_moments<Arch>(n, channels, x.data(), r.mean.data(), r.variance.data(),
                                r.rest.data());
  T const e = static_cast<T>(epsilon);
  kernel::channel_norm<T*> const norm{gain.data(), bias.data(), r.mean.data(), r.variance.data(),
                                      e,           {},          r.rest.data()};
  kernel::channel_norm<T*, F> const active{
      gain.data(), bias.data(), r.mean.data(), r.variance.data(), e, {}, r.rest.data()};
  kernel::channel_normalize<Arch>(n, channels, norm, x.data(), y.data());
  std::vector<T> z = y;
  kernel::channel_normalize<Arch>(n, channels, active, x.data(), z.data());
  T const* const from = F::from_output ? z.data() : y.data();
  kernel::activation_backward<Arch>(F{}, n * channels, from, dy.data(), du.data());
  T const *const shift = bias.data(), *const tilt = gain.data();  // any numbers
  kernel::channel_gradient<Arch>(n, channels, norm, x.data(), du.data(), plain_r.dgain.data(),
                                 plain_r.dbias.data());
  kernel::channel_gradient<Arch>(n, channels, active, x.data(), dy.data(), r.dgain.data(),
                                 r.dbias.data());
  kernel::channel_backward<Arch>(n, channels, norm, x.data(), du.data(), shift, tilt,
                                 plain_r.dx.data());
  kernel::channel_backward<Arch>(n, channels, active, x.data(), dy.data(), shift, tilt,
                                 r.dx.data());
  CHECK(r.dgain == plain_r.dgain);
  CHECK(r.dbias == plain_r.dbias);
  CHECK(r.dx == plain_r.dx);
}

}  // namespace

TEST_CASE_TEMPLATE("an activation behind is gone back through in the same walk", M,
                   machine<float, simd::default_arch>, machine<double, simd::scalar>) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const channels : {3U, 17U, 64U}) {
    check_through<arch, T, kernel::relu>(67, channels);
    check_through<arch, T, kernel::sigmoid>(67, channels);
    check_through<arch, T, kernel::gelu>(67, channels);  // whose slope is one of the input
  }
}

TEST_CASE_TEMPLATE("planes carry the derivative of normalised channels", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  double const step = 1e-5, near = std::is_same_v<T, float> ? 1e-4 : 1e-8;
  for (std::size_t const channels : {1U, 3U, 17U, 64U}) {
    CAPTURE(channels);
    std::size_t const n = 67, size = n * channels;
    std::vector<T> const x = numbers<T>(size, 1, 2), gain = numbers<T>(channels, 3);
    std::vector<T> const bias = numbers<T>(channels, 4), dy = numbers<T>(size, 2);
    std::vector<T> const xv = numbers<T>(size, 5), gv = numbers<T>(channels, 6);
    std::vector<T> const bv = numbers<T>(channels, 7), dv = numbers<T>(size, 8);
    auto const moved = [&](double by) {
      auto const add = [by](std::vector<T> const& a, std::vector<T> const& along) {
        doubles sum = widen(a);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += by * static_cast<double>(along[i]);
        return sum;
      };
      return plain(n, channels, add(x, xv), add(gain, gv), add(bias, bv), add(dy, dv));
    };
    plain const above = moved(step), below = moved(-step);
    auto const slope = [&](doubles const& a, doubles const& b) {
      doubles d(a.size());
      for (std::size_t i = 0; i < d.size(); ++i) d[i] = (a[i] - b[i]) / (2 * step);
      return d;
    };
    results<T> r(n, channels), t(n, channels);
    run<arch, planar<T>>(n, channels, {x.data(), xv.data()}, {gain.data(), gv.data()},
                         {bias.data(), bv.data()}, {dy.data(), dv.data()}, {r.y.data(), t.y.data()},
                         {r.mean.data(), t.mean.data()}, {r.variance.data(), t.variance.data()},
                         {r.rest.data(), t.rest.data()}, {r.dx.data(), t.dx.data()},
                         {r.dgain.data(), t.dgain.data()}, {r.dbias.data(), t.dbias.data()},
                         {r.shift.data(), t.shift.data()}, {r.tilt.data(), t.tilt.data()});
    CHECK(support::distance(t.y, slope(above.y, below.y)) < near);
    CHECK(support::distance(t.dx, slope(above.dx, below.dx)) < near);
    CHECK(support::distance(t.dgain, slope(above.dgain, below.dgain)) < near);
    CHECK(support::distance(t.dbias, slope(above.dbias, below.dbias)) < near);
  }
}

TEST_CASE("a channel whose squares overflow is NaN, and not its bias") {
  std::size_t const n = 10, channels = 37;
  std::vector<float> x(n * channels, 1.0F), y(x.size()), mean(channels), variance(channels),
      rest(channels);
  std::vector<float> const gain(channels, 1.0F), bias(channels, 0.5F);
  x[3 * channels + 20] = 9.97e36F;
  halo::kernel::channel_moments(n, channels, x.data(), mean.data(), variance.data(), rest.data());
  halo::kernel::channel_norm<float*> const norm{gain.data(), bias.data(), mean.data(),
                                                variance.data(), 1e-5F};
  halo::kernel::channel_normalize(n, channels, norm, x.data(), y.data());
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(std::isnan(y[i]) == (i % channels == 20));
}

}  // namespace kernel_channel_norm_test
