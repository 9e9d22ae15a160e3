// SPDX-License-Identifier: BSD-3-Clause
// Normalisations, softmax and sums over columns against plain loops there and back.
#include <halo/kernel/bias.hpp>
#include <halo/kernel/channel_groups.hpp>
#include <halo/kernel/channel_norm.hpp>
#include <halo/kernel/mean_square.hpp>
#include <halo/kernel/normalize.hpp>
#include <halo/kernel/softmax.hpp>

#include "geometry/fuzz.hpp"

namespace geometry_norm_test {

using namespace halo;
using support::fuzz::draw;
using support::fuzz::exact;
using doubles = std::vector<double>;

namespace {

/// What a sum over many numbers of size one may be off.
template <class T>
constexpr double allowed = std::is_same_v<T, float> ? 5e-5 : 1e-12;

template <class T>
bool near(exact<T> const& got, doubles const& right) {
  return got.kept_inside() &&
         support::distance(std::vector<T>(got.begin(), got.end()), right) < allowed<T>;
}

/// z = (x - mean) / √(variance + ε), y = gain z + bias, of numbers that share mean and variance:
/// element e of a set is at place(e), its gain number channel(e).
template <class Place, class Channel>
struct plain_norm {
  std::size_t n;
  double epsilon;
  Place place;
  Channel channel;

  void run(doubles const& x, doubles const& gain, doubles const& bias, doubles const& dy,
           doubles& y, doubles& dx, doubles& dgain, doubles& dbias) const {
    double mean = 0, variance = 0, shift = 0, tilt = 0;
    auto const count = static_cast<double>(n);
    for (std::size_t e = 0; e < n; ++e) mean += x[place(e)] / count;
    for (std::size_t e = 0; e < n; ++e) variance += std::pow(x[place(e)] - mean, 2) / count;
    double const scale = 1 / std::sqrt(variance + epsilon);
    for (std::size_t e = 0; e < n; ++e) {
      double const z = (x[place(e)] - mean) * scale, d = dy[place(e)];
      y[place(e)] = gain[channel(e)] * z + bias[channel(e)];
      dgain[channel(e)] += d * z;
      dbias[channel(e)] += d;
      shift += gain[channel(e)] * d / count;
      tilt += gain[channel(e)] * d * z / count;
    }
    for (std::size_t e = 0; e < n; ++e) {
      double const z = (x[place(e)] - mean) * scale;
      dx[place(e)] = scale * (gain[channel(e)] * dy[place(e)] - shift - z * tilt);
    }
  }
};

template <class Place, class Channel>
plain_norm(std::size_t, double, Place, Channel) -> plain_norm<Place, Channel>;

template <class T>
doubles wide(exact<T> const& x) {
  return {x.begin(), x.end()};
}

}  // namespace

TEST_CASE_TEMPLATE("geometry: layer normalisation", M, HALO_FUZZ_MACHINES) {
  using T = typename M::value;
  using A = typename M::arch;
  support::fuzz::for_each_case("layer norm", 40, [](draw& d) {
    std::size_t const rows = d.size(130), n = d.size(500);
    CAPTURE(rows);
    CAPTURE(n);
    auto const x = d.numbers<T>(rows * n, 2), dy = d.numbers<T>(rows * n);
    auto const gain = d.numbers<T>(n), bias = d.numbers<T>(n);
    exact<T> y(rows * n), dx(rows * n), mean(rows), scale(rows), dgain(n), dbias(n);
    kernel::normalize_forward<A>(rows, n, x.data(), gain.data(), bias.data(), T(0.1), y.data(),
                                 mean.data(), scale.data());
    kernel::normalize_backward<A>(rows, n, x.data(), gain.data(), mean.data(), scale.data(),
                                  dy.data(), dx.data());
    kernel::normalize_gradient<A>(rows, n, x.data(), mean.data(), scale.data(), dy.data(),
                                  dgain.data(), dbias.data());
    doubles right_y(rows * n), right_dx(rows * n), right_dgain(n), right_dbias(n);
    for (std::size_t i = 0; i < rows; ++i) {
      plain_norm const plain{n, 0.1, [&](std::size_t e) { return i * n + e; },
                             [](std::size_t e) { return e; }};
      plain.run(wide(x), wide(gain), wide(bias), wide(dy), right_y, right_dx, right_dgain,
                right_dbias);
    }
    CHECK(near(y, right_y));
    CHECK(near(dx, right_dx));
    CHECK(near(dgain, right_dgain));
    CHECK(near(dbias, right_dbias));
    CHECK((mean.kept_inside() && scale.kept_inside()));
  });
}

TEST_CASE_TEMPLATE("geometry: batch and group normalisation", M, HALO_FUZZ_MACHINES) {
  using T = typename M::value;
  using A = typename M::arch;
  support::fuzz::for_each_case("channel norm", 40, [](draw& d) {
    std::size_t const n = d.size(500), size = d.size(20), groups = d.size(20);
    std::size_t const channels = size * groups;
    CAPTURE(n);
    CAPTURE(channels);
    CAPTURE(groups);
    auto const x = d.numbers<T>(n * channels, 2), dy = d.numbers<T>(n * channels);
    auto const gain = d.numbers<T>(channels), bias = d.numbers<T>(channels);
    exact<T> y(x.size()), dx(x.size()), mean(channels), variance(channels), rest(channels);
    exact<T> dgain(channels), dbias(channels), shift(channels), tilt(channels);
    kernel::channel_moments<A>(n, channels, x.data(), mean.data(), variance.data(), rest.data());
    kernel::group_moments(channels, groups, mean.data(), variance.data(), rest.data());
    kernel::channel_norm<T*> const norm{gain.data(), bias.data(), mean.data(), variance.data(),
                                        T(0.1),      {},          rest.data()};
    kernel::channel_normalize<A>(n, channels, norm, x.data(), y.data());
    kernel::channel_gradient<A>(n, channels, norm, x.data(), dy.data(), dgain.data(), dbias.data());
    std::copy(dbias.begin(), dbias.end(), shift.begin());
    std::copy(dgain.begin(), dgain.end(), tilt.begin());
    kernel::group_slopes(n * size, channels, groups, gain.data(), shift.data(), tilt.data());
    // group_slopes gives the sums with their gains; channel_backward wants them so
    kernel::channel_backward<A>(n, channels, norm, x.data(), dy.data(),
                                static_cast<T const*>(shift.data()),
                                static_cast<T const*>(tilt.data()), dx.data());
    doubles right_y(x.size()), right_dx(x.size()), right_dgain(channels), right_dbias(channels);
    for (std::size_t k = 0; k < groups; ++k) {
      auto const channel = [&](std::size_t e) { return k * size + e % size; };
      plain_norm const plain{
          n * size, 0.1, [&](std::size_t e) { return e / size * channels + channel(e); }, channel};
      plain.run(wide(x), wide(gain), wide(bias), wide(dy), right_y, right_dx, right_dgain,
                right_dbias);
    }
    CHECK(near(y, right_y));
    CHECK(near(dx, right_dx));
    CHECK(near(dgain, right_dgain));
    CHECK(near(dbias, right_dbias));
    for (auto const* a : {&mean, &variance, &shift, &tilt}) CHECK(a->kept_inside());
  });
}

TEST_CASE_TEMPLATE("geometry: losses and sums over columns", M, HALO_FUZZ_MACHINES) {
  using T = typename M::value;
  using A = typename M::arch;
  support::fuzz::for_each_case("losses", 60, [](draw& d) {
    std::size_t const rows = d.size(130), n = d.size(300);
    CAPTURE(rows);
    CAPTURE(n);
    auto const x = d.numbers<T>(rows * n, 5), target = d.numbers<T>(rows * n);
    exact<std::int32_t> labels(rows);
    for (auto& l : labels) l = static_cast<std::int32_t>(d.below(n));
    exact<T> y(x.size()), gradient(x.size()), losses(rows), errors(x.size()), sum(n);
    kernel::softmax<A>(rows, n, x.data(), y.data());
    T const loss = kernel::softmax_cross_entropy<A>(rows, n, x.data(), labels.data(),
                                                    gradient.data(), losses.data());
    T const square = kernel::mean_square<A>(rows, n, x.data(), target.data(), errors.data());
    kernel::column_sum<A>(rows, n, x.data(), sum.data());
    doubles right_y(x.size()), right_gradient(x.size()), right_losses(rows), columns(n);
    doubles right_errors(x.size());
    double right_loss = 0, right_square = 0;
    auto const all = static_cast<double>(rows * n), count = static_cast<double>(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      double total = 0;
      for (std::size_t j = 0; j < n; ++j) total += std::exp(static_cast<double>(x[i * n + j]));
      for (std::size_t j = 0; j < n; ++j) {
        std::size_t const e = i * n + j;
        double const v = static_cast<double>(x[e]), off = v - static_cast<double>(target[e]);
        bool const here = static_cast<std::size_t>(labels[i]) == j;
        right_y[e] = std::exp(v) / total;
        right_gradient[e] = (right_y[e] - (here ? 1 : 0)) / count;
        if (here) right_losses[i] = std::log(total) - v;
        columns[j] += v;
        right_errors[e] = 2 * off / all;
        right_square += off * off / all;
      }
      right_loss += right_losses[i] / count;
    }
    CHECK(near(y, right_y));
    CHECK(near(gradient, right_gradient));
    CHECK(near(losses, right_losses));
    CHECK(near(sum, columns));
    CHECK(near(errors, right_errors));
    CHECK(std::abs(static_cast<double>(loss) - right_loss) < allowed<T> * (1 + right_loss));
    CHECK(std::abs(static_cast<double>(square) - right_square) < allowed<T> * (1 + right_square));
  });
}

}  // namespace geometry_norm_test
