// SPDX-License-Identifier: BSD-3-Clause
// What quantisation costs while a network learns, and what integers give when it has learned: a
// step with Adam and predictions of a CNN on 64 images of CIFAR's size, float, fake-quantised, on
// bytes.
//
// Claim: a fake-quantised step takes at most 1.15 times the float one; on bytes a prediction is
// faster than on floats.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/integers.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

namespace {

using namespace halo;

constexpr std::size_t images = 64;
constexpr nn::quantisation channels{.weight_grid = nn::grid::symmetric,
                                    .weight_ranges = nn::per::channel};

/// Two residual blocks of C channels at half the images' size.
template <std::size_t C, template <class> class Around>
using network = nn::sequential<
    shape<32, 32, 3>, nn::conv2d<C, 3, 2>,
    nn::residual<nn::relu, Around<nn::conv2d<C, 3>>, nn::relu, Around<nn::conv2d<C, 3>>>,
    nn::residual<nn::relu, Around<nn::conv2d<C, 3>>, nn::relu, Around<nn::conv2d<C, 3>>>, nn::relu,
    nn::global_average_pool, nn::linear<C, 10>>;
template <class L>
using bare = L;
template <class L>
using quantised = nn::quantised<L, channels>;
template <class Network>
using device = adapt::adapter<Network, nn::cross_entropy, optim::adam, images>;

struct examples {
  std::vector<float> x = std::vector<float>(images * 3072), y = std::vector<float>(images * 10);
  std::vector<std::int32_t> t = std::vector<std::int32_t>(images);
  examples() {
    generator g(seed{1});
    for (float& v : x) v = g.normal();
    for (std::int32_t& v : t) v = static_cast<std::int32_t>(g.below(10));
  }
};

template <class Network>
std::unique_ptr<device<Network>> learned(examples const& e) {
  auto d = std::make_unique<device<Network>>(optim::adam{{.rate = 1e-9F}}, seed{1});
  d->step(e.x, e.t);
  return d;
}

template <class Network>
void step(benchmark::State& state) {
  examples const e;
  auto const d = learned<Network>(e);
  double loss = 0;
  for (auto _ : state) loss += d->step(e.x, e.t).loss;
  benchmark::DoNotOptimize(loss);
}
template <class Network>
void predict(benchmark::State& state) {
  examples e;
  auto const d = learned<Network>(e);
  for (auto _ : state) d->predict(e.x, e.y);
}
template <class Network>
void predict_integers(benchmark::State& state) {
  examples e;
  auto const d = learned<Network>(e);
  std::unique_ptr<decltype(adapt::to_integers<images>(*d)) const> const n(
      new auto(adapt::to_integers<images>(*d)));
  for (auto _ : state) n->predict(e.x, e.y);
  state.counters["bytes"] = static_cast<double>(n->parameter_bytes);
  state.counters["float bytes"] = static_cast<double>(Network::parameters * sizeof(float));
}

using small_bare = network<16, bare>;
using small_quantised = network<16, quantised>;
using large_bare = network<64, bare>;
using large_quantised = network<64, quantised>;
BENCHMARK_TEMPLATE(step, small_bare);
BENCHMARK_TEMPLATE(step, small_quantised);
BENCHMARK_TEMPLATE(step, large_bare);
BENCHMARK_TEMPLATE(step, large_quantised);
BENCHMARK_TEMPLATE(predict, small_bare);
BENCHMARK_TEMPLATE(predict, small_quantised);
BENCHMARK_TEMPLATE(predict_integers, small_quantised);
BENCHMARK_TEMPLATE(predict, large_bare);
BENCHMARK_TEMPLATE(predict, large_quantised);
BENCHMARK_TEMPLATE(predict_integers, large_quantised);

}  // namespace

BENCHMARK_MAIN();
