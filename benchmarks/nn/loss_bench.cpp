// SPDX-License-Identifier: BSD-3-Clause
// Value and gradient of every loss, against the loop that one writes by hand.
//
// Asked: none slower than the loop, which goes row by row with expf and logf of the C library,
// compiled with the same flags. Both must give the same numbers to 1e-4. 64 rows of 6 and of 100
// outputs; `row_ns` of halo, `hand` the loop's time over halo's, of the fastest of many turns.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ratio>
#include <type_traits>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/nn.hpp>

namespace {

using namespace halo;

constexpr std::size_t rows = 64;

/// Probabilities of a row; ln Σ e^x.
float softmax(std::size_t n, float const* y, float* p) {
  float most = y[0], sum = 0;
  for (std::size_t k = 1; k < n; ++k) most = std::max(most, y[k]);
  for (std::size_t k = 0; k < n; ++k) sum += p[k] = std::exp(y[k] - most);
  for (std::size_t k = 0; k < n; ++k) p[k] /= sum;
  return most + std::log(sum);
}

// By hand, a row: its loss, and dy = the gradient of that.
float by_hand(nn::cross_entropy, std::size_t n, float const* y, std::int32_t const* t, float* dy) {
  float const log_sum = softmax(n, y, dy);
  auto const l = static_cast<std::size_t>(*t);
  dy[l] -= 1;
  return log_sum - y[l];
}
float by_hand(nn::smoothed_cross_entropy<>, std::size_t n, float const* y, std::int32_t const* t,
              float* dy) {
  float const log_sum = softmax(n, y, dy), each = 0.1F / static_cast<float>(n);
  auto const l = static_cast<std::size_t>(*t);
  float mean = 0;
  for (std::size_t k = 0; k < n; ++k) mean += y[k] * each, dy[k] -= each;
  dy[l] -= 0.9F;
  return log_sum - 0.9F * y[l] - mean;
}
float by_hand(nn::focal<>, std::size_t n, float const* y, std::int32_t const* t, float* dy) {
  float const log_sum = softmax(n, y, dy);
  auto const l = static_cast<std::size_t>(*t);
  float const p = dy[l], u = log_sum - y[l], wrong = 1 - p;
  float const slope = wrong * wrong + 2 * u * p * wrong;
  dy[l] -= 1;
  for (std::size_t k = 0; k < n; ++k) dy[k] *= slope;
  return wrong * wrong * u;
}
float by_hand(nn::soft_cross_entropy<>, std::size_t n, float const* y, float const* t, float* dy) {
  float const log_sum = softmax(n, y, dy);
  float all = 0, dot = 0;
  for (std::size_t k = 0; k < n; ++k) all += t[k], dot += t[k] * y[k];
  for (std::size_t k = 0; k < n; ++k) dy[k] = all * dy[k] - t[k];
  return all * log_sum - dot;
}
struct twice_the_first {
  static constexpr char const* name = "twice the first";
  static float weight(std::int32_t label) noexcept { return label == 0 ? 2.0F : 1.0F; }
};
using weighted = nn::weighted<nn::cross_entropy, twice_the_first>;
using partly = nn::partly_labelled<nn::cross_entropy>;
float by_hand(weighted, std::size_t n, float const* y, std::int32_t const* t, float* dy) {
  float const w = twice_the_first::weight(*t);
  float const value = by_hand(nn::cross_entropy{}, n, y, t, dy);
  for (std::size_t k = 0; k < n; ++k) dy[k] *= w;
  return w * value;
}
float by_hand(partly, std::size_t n, float const* y, std::int32_t const* t, float* dy) {
  if (*t != nn::no_label) return by_hand(nn::cross_entropy{}, n, y, t, dy);
  std::fill_n(dy, n, 0.0F);
  return 0;
}
float by_hand(nn::with_entropy<>, std::size_t n, float const* y, std::int32_t const* t, float* dy) {
  if (*t != nn::no_label) return by_hand(nn::cross_entropy{}, n, y, t, dy);
  float const log_sum = softmax(n, y, dy);
  float entropy = 0;
  for (std::size_t k = 0; k < n; ++k) entropy -= dy[k] * (y[k] - log_sum);
  bool const unsure = entropy >= 0.4F * std::log(static_cast<float>(n));
  for (std::size_t k = 0; k < n; ++k) dy[k] = unsure ? 0 : -dy[k] * (y[k] - log_sum + entropy);
  return unsure ? 0 : entropy;
}
/// A loss of single numbers: a row's is the mean over its outputs.
template <class Body>
float of_numbers(std::size_t n, float const* y, float const* t, float* dy, Body const& body) {
  float sum = 0;
  for (std::size_t k = 0; k < n; ++k) {
    sum += body(y[k], t[k], dy[k]);
    dy[k] /= static_cast<float>(n);
  }
  return sum / static_cast<float>(n);
}
float by_hand(nn::mean_square, std::size_t n, float const* y, float const* t, float* dy) {
  return of_numbers(n, y, t, dy, [](float a, float b, float& slope) {
    slope = 2 * (a - b);
    return (a - b) * (a - b);
  });
}
float by_hand(nn::mean_absolute, std::size_t n, float const* y, float const* t, float* dy) {
  return of_numbers(n, y, t, dy, [](float a, float b, float& slope) {
    slope = a > b ? 1.0F : a < b ? -1.0F : 0.0F;
    return std::abs(a - b);
  });
}
float by_hand(nn::huber<>, std::size_t n, float const* y, float const* t, float* dy) {
  return of_numbers(n, y, t, dy, [](float a, float b, float& slope) {
    float const e = a - b;
    slope = std::clamp(e, -1.0F, 1.0F);
    return std::abs(e) <= 1 ? e * e / 2 : std::abs(e) - 0.5F;
  });
}
float by_hand(nn::binary_cross_entropy, std::size_t n, float const* y, float const* t, float* dy) {
  return of_numbers(n, y, t, dy, [](float a, float b, float& slope) {
    slope = 1 / (1 + std::exp(-a)) - b;
    return std::max(a, 0.0F) - a * b + std::log1p(std::exp(-std::abs(a)));
  });
}
float by_hand(nn::gaussian_nll, std::size_t n, float const* y, float const* t, float* dy) {
  std::size_t const half = n / 2;
  float sum = 0;
  auto const share = 1 / static_cast<float>(half);
  for (std::size_t k = 0; k < half; ++k) {
    float const off = y[k] - t[k], s = y[half + k], sure = std::exp(-s);
    sum += (s + off * off * sure) / 2;
    dy[k] = off * sure * share;
    dy[half + k] = (1 - off * off * sure) / 2 * share;
  }
  return sum * share;
}

/// The mean over the rows, and its gradient.
template <class Loss>
float all_by_hand(std::size_t n, float const* y, typename Loss::target const* t, float* dy) {
  float sum = 0, weights = 0;
  std::size_t const targets = Loss::targets(n);
  for (std::size_t i = 0; i < rows; ++i) {
    sum += by_hand(Loss{}, n, y + i * n, t + i * targets, dy + i * n);
    weights += static_cast<float>(nn::weight_of<Loss>(1, n, t + i * targets));
  }
  for (std::size_t i = 0; i < rows * n; ++i) dy[i] /= weights;
  return sum / weights;
}

template <class Loss>
void loss(benchmark::State& state) {
  auto const n = static_cast<std::size_t>(state.range(0));
  using target = typename Loss::target;
  std::vector<float> y(rows * n), dy(rows * n), hand(rows * n);
  std::vector<target> t(rows * Loss::targets(n));
  generator g(seed{1});
  for (float& v : y) v = 3 * g.normal();
  for (std::size_t i = 0; i < t.size(); ++i) {
    if constexpr (std::is_same_v<target, float>)
      t[i] = g.uniform();
    else if (std::is_same_v<Loss, partly> || std::is_same_v<Loss, nn::with_entropy<>>)
      t[i] =
          i % 4 == 0 ? nn::no_label : static_cast<target>(g.below(static_cast<std::uint32_t>(n)));
    else
      t[i] = static_cast<target>(g.below(static_cast<std::uint32_t>(n)));
  }
  float const value =
      Loss::template value_and_gradient<float*>(rows, n, y.data(), t.data(), dy.data());
  float const other = all_by_hand<Loss>(n, y.data(), t.data(), hand.data());
  bool same = std::abs(value - other) <= 1e-4F * (1 + std::abs(other));
  for (std::size_t i = 0; i < dy.size(); ++i) same = same && std::abs(dy[i] - hand[i]) <= 1e-4F;
  if (!same) {
    std::fprintf(stderr, "%s: %g and not %g by hand\n", Loss::name, static_cast<double>(value),
                 static_cast<double>(other));
    std::exit(1);
  }
  double best = 1e9, best_by_hand = 1e9;
  stopwatch watch;
  for (auto _ : state) {
    constexpr int turns = 20;
    double const begin = watch.seconds();
    for (int k = 0; k < turns; ++k) {
      benchmark::DoNotOptimize(
          Loss::template value_and_gradient<float*>(rows, n, y.data(), t.data(), dy.data()));
      benchmark::ClobberMemory();
    }
    double const middle = watch.seconds();
    for (int k = 0; k < turns; ++k) {
      benchmark::DoNotOptimize(all_by_hand<Loss>(n, y.data(), t.data(), hand.data()));
      benchmark::ClobberMemory();
    }
    best = std::min(best, (middle - begin) / turns);
    best_by_hand = std::min(best_by_hand, (watch.seconds() - middle) / turns);
  }
  state.counters["row_ns"] = 1e9 * best / rows;
  state.counters["hand"] = best_by_hand / best;
}

#define HALO_LOSS(...) BENCHMARK_TEMPLATE(loss, __VA_ARGS__)->Arg(6)->Arg(100)
HALO_LOSS(nn::cross_entropy);
HALO_LOSS(nn::smoothed_cross_entropy<>);
HALO_LOSS(nn::focal<>);
HALO_LOSS(weighted);
HALO_LOSS(partly);
HALO_LOSS(nn::with_entropy<>);
HALO_LOSS(nn::soft_cross_entropy<>);
HALO_LOSS(nn::binary_cross_entropy);
HALO_LOSS(nn::mean_square);
HALO_LOSS(nn::huber<>);
HALO_LOSS(nn::mean_absolute);
HALO_LOSS(nn::gaussian_nll);

}  // namespace

BENCHMARK_MAIN();
