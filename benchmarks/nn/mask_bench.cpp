// SPDX-License-Identifier: BSD-3-Clause
// A step that a mask selects layers for, against the step of all layers.
//
// Claim: time falls with the operation count, within 15 %, for all seven masks of an MLP of three
// layers, within 10 % for the paper's networks of Fig. 2(b) and (c) under its masks. Every
// iteration times one dense and one masked step, so that both meet the same machine; counters
// compare the medians, sums where masks are drawn. `off_percent`: how much more of the dense step's
// time than of its operations was left.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/core/random.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/zoo/networks.hpp>

namespace {

using namespace halo;

constexpr std::size_t rows = 64;

template <std::size_t A, std::size_t B, std::size_t C, std::size_t D>
using mlp =
    nn::sequential<nn::linear<A, B>, nn::relu, nn::linear<B, C>, nn::relu, nn::linear<C, D>>;
using wide = mlp<128, 128, 64, 6>;
using narrow = mlp<26, 64, 64, 4>;

double median(std::vector<double>& times) {
  auto const middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

template <class Network>
void masked_step(benchmark::State& state) {
  using device = adapt::adapter<Network, nn::cross_entropy, optim::adam, rows>;
  layer_mask const mask(static_cast<std::uint64_t>(state.range(0)));
  std::array<double, Network::layers> chosen{};
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = mask[i] ? 1 : 0;
  optim::adam const rule{{.rate = 1e-9F}};  // the problem stays what it is
  auto const dense = std::make_unique<device>(rule, seed{1});
  auto const masked = std::make_unique<device>(rule, seed{1}, optim::selection::custom(chosen));
  std::vector<float> x(rows * Network::inputs);
  std::vector<std::int32_t> t(rows);
  generator g(seed{1});
  for (float& v : x) v = g.normal();
  for (std::int32_t& v : t) v = static_cast<std::int32_t>(g.below(Network::outputs));

  std::vector<double> dense_times, masked_times;
  std::uint64_t dense_operations = 0, masked_operations = 0;
  stopwatch watch;
  for (auto _ : state) {
    watch.restart();
    dense_operations = dense->step(x, t).operations;
    double const all = watch.seconds();
    masked_operations = masked->step(x, t).operations;
    double const some = watch.seconds() - all;
    dense_times.push_back(all);
    masked_times.push_back(some);
    state.SetIterationTime(some);
  }
  double const time = median(masked_times) / median(dense_times);
  double const operations =
      static_cast<double>(masked_operations) / static_cast<double>(dense_operations);
  state.counters["time"] = time;
  state.counters["operations"] = operations;
  state.counters["off_percent"] = 100 * (time / operations - 1);
}

/// The paper's masks, drawn anew for each step, against steps of all layers: sums over the run.
template <class Network>
void drawn_masks(benchmark::State& state) {
  using device = adapt::adapter<Network, nn::cross_entropy, optim::adam, rows>;
  optim::adam const rule{{.rate = 1e-9F}};
  auto const dense = std::make_unique<device>(rule, seed{1});
  auto const masked =
      std::make_unique<device>(rule, seed{1}, optim::scheme::increasing(Network::layers));
  std::vector<float> x(rows * Network::inputs);
  std::vector<std::int32_t> t(rows);
  generator g(seed{1});
  for (float& v : x) v = g.normal();
  for (std::int32_t& v : t) v = static_cast<std::int32_t>(g.below(Network::outputs));

  double dense_time = 0, masked_time = 0, dense_operations = 0, masked_operations = 0;
  stopwatch watch;
  for (auto _ : state) {
    watch.restart();
    dense_operations += static_cast<double>(dense->step(x, t).operations);
    double const all = watch.seconds();
    masked_operations += static_cast<double>(masked->step(x, t).operations);
    double const some = watch.seconds() - all;
    dense_time += all;
    masked_time += some;
    state.SetIterationTime(some);
  }
  state.counters["dense_ms"] = 1e3 * dense_time / static_cast<double>(state.iterations());
  state.counters["time"] = masked_time / dense_time;
  state.counters["operations"] = masked_operations / dense_operations;
  state.counters["off_percent"] =
      100 * (masked_time / dense_time / (masked_operations / dense_operations) - 1);
}

BENCHMARK_TEMPLATE(drawn_masks, zoo::cifar_cnn<>)->UseManualTime();
BENCHMARK_TEMPLATE(drawn_masks, zoo::deep_cifar_cnn<>)->UseManualTime();

BENCHMARK_TEMPLATE(masked_step, wide)->DenseRange(1, 7)->ArgName("mask")->UseManualTime();
BENCHMARK_TEMPLATE(masked_step, narrow)->DenseRange(1, 7)->ArgName("mask")->UseManualTime();

}  // namespace

BENCHMARK_MAIN();
