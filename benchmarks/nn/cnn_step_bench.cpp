// SPDX-License-Identifier: BSD-3-Clause
// One training step of a small CNN with Adam, 64 images: two convolutions with stride 2 (3×3, 5×5)
// and a linear layer, on images of CIFAR's size with 16 channels and of MNIST's with 8.
//
// Claim: CIFAR's at least 1.3x as fast as libtorch that keeps its memory and 2.3x as it is
// installed, MNIST's 2x. Which of the two libtorch is, the environment says:
// MALLOC_TRIM_THRESHOLD_=1000000000 MALLOC_MMAP_THRESHOLD_=1000000000 keep memory. Bound: 3·F - F_1
// multiply-adds at the FMA peak.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#if defined(HALO_RIVAL_TORCH)
#  include <torch/torch.h>
#endif

namespace {

using namespace halo;

template <std::size_t Size, std::size_t In, std::size_t Channels, std::size_t Last>
struct problem {
  static constexpr std::size_t size = Size, in = In, channels = Channels, last = Last;
  using network =
      nn::sequential<shape<Size, Size, In>, nn::conv2d<Channels, 3, 2>, nn::relu,
                     nn::conv2d<Channels, 5, 2>, nn::relu, nn::flatten, nn::linear<Last, 10>>;
};
using cifar = problem<32, 3, 16, 1024>;
using mnist = problem<28, 1, 8, 392>;

constexpr std::size_t images = 64;
/// So small that every step of the measurement meets the same problem.
constexpr float rate = 1e-9F;

template <class P>
struct examples {
  std::vector<float> x = std::vector<float>(images * P::network::inputs);
  std::vector<std::int32_t> t = std::vector<std::int32_t>(images);
  examples() {
    generator g(seed{1});
    for (float& v : x) v = g.normal();
    for (std::int32_t& v : t) v = static_cast<std::int32_t>(g.below(10));
  }
};

template <class P>
void halo_step(benchmark::State& state) {
  using device = adapt::adapter<typename P::network, nn::cross_entropy, optim::adam, images>;
  auto d = std::make_unique<device>(optim::adam{{.rate = rate}}, seed{1});
  examples<P> const e;
  double loss = 0;
  for (auto _ : state) loss += d->step(e.x, e.t).loss;
  benchmark::DoNotOptimize(loss);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(P::network::operations(
                                                   layer_mask::all(), images)));
}

#if defined(HALO_RIVAL_TORCH)
template <class P>
void torch_step(benchmark::State& state) {
  torch::set_num_threads(1);
  auto const convolution = [](std::size_t from, std::size_t to, std::int64_t kernel) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(static_cast<std::int64_t>(from),
                                                      static_cast<std::int64_t>(to), kernel)
                                 .stride(2)
                                 .padding(kernel / 2));
  };
  torch::nn::Sequential net(convolution(P::in, P::channels, 3), torch::nn::ReLU(),
                            convolution(P::channels, P::channels, 5), torch::nn::ReLU(),
                            torch::nn::Flatten(), torch::nn::Linear(P::last, 10));
  torch::optim::Adam adam(net->parameters(), torch::optim::AdamOptions(rate));
  examples<P> e;
  auto const size = static_cast<std::int64_t>(P::size);
  auto const n = static_cast<std::int64_t>(images);
  auto const x = torch::from_blob(e.x.data(), {n, static_cast<std::int64_t>(P::in), size, size});
  std::vector<std::int64_t> labels(e.t.begin(), e.t.end());
  auto const t = torch::from_blob(labels.data(), {n}, torch::kInt64);
  for (auto _ : state) {
    adam.zero_grad();
    auto loss = torch::nn::functional::cross_entropy(net->forward(x), t);
    loss.backward();
    adam.step();
    benchmark::DoNotOptimize(loss);
  }
}
BENCHMARK_TEMPLATE(torch_step, cifar);
BENCHMARK_TEMPLATE(torch_step, mnist);
#endif

BENCHMARK_TEMPLATE(halo_step, cifar);
BENCHMARK_TEMPLATE(halo_step, mnist);

}  // namespace

BENCHMARK_MAIN();
