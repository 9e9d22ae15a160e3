// SPDX-License-Identifier: BSD-3-Clause
// A Hessian-vector product of a network's loss against its gradient.
//
// Claim: at most 3.3 gradients. Duals double the data and make three products of each one; the
// first layer's input has no tangent and saves one. Every iteration times one of both, so that they
// meet the same machine; `gradients` compares the medians.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include <halo/autodiff/dual.hpp>
#include <halo/autodiff/planar_gemm.hpp>
#include <halo/core/random.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>

namespace {

using namespace halo;
using autodiff::dual;
using autodiff::planar;

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

std::vector<float> draw(std::size_t n, float deviation, std::uint64_t stream) {
  std::vector<float> values(n);
  generator g(seed{1}, stream);
  for (float& v : values) v = deviation * g.normal();
  return values;
}

template <class Network>
void hessian_vector_product(benchmark::State& state) {
  constexpr std::size_t n = Network::parameters;
  auto const x = draw(rows * Network::inputs, 1.0F, 0);
  auto const theta = draw(n, 0.1F, 1), direction = draw(n, 1.0F, 2);
  std::vector<std::int32_t> t(rows);
  generator g(seed{1}, 3);
  for (std::int32_t& v : t) v = static_cast<std::int32_t>(g.below(Network::outputs));
  auto const first = std::make_unique<nn::workspace<Network, float, rows>>();
  auto const second = std::make_unique<nn::workspace<Network, dual<float>, rows>>();
  std::vector<float> gradient(n), product_gradient(n), product(n);
  nn::pass const pass{.rows = rows, .training = true};

  std::vector<double> first_times, second_times;
  stopwatch watch;
  for (auto _ : state) {
    watch.restart();
    auto loss = nn::value_and_gradient<Network, nn::cross_entropy, float*>(
        pass, theta.data(), x.data(), t.data(), gradient.data(), *first);
    double const one = watch.seconds();
    auto loss_of_duals = nn::value_and_gradient<Network, nn::cross_entropy, planar<float>>(
        pass, {theta.data(), direction.data()}, {x.data(), nullptr}, t.data(),
        {product_gradient.data(), product.data()}, *second);
    double const two = watch.seconds() - one;
    benchmark::DoNotOptimize(loss);
    benchmark::DoNotOptimize(loss_of_duals);
    first_times.push_back(one);
    second_times.push_back(two);
    state.SetIterationTime(two);
  }
  if (product_gradient != gradient) state.SkipWithError("the values' plane is not the gradient");
  state.counters["gradients"] = median(second_times) / median(first_times);
}

BENCHMARK_TEMPLATE(hessian_vector_product, wide)->UseManualTime();
BENCHMARK_TEMPLATE(hessian_vector_product, narrow)->UseManualTime();

}  // namespace

BENCHMARK_MAIN();
