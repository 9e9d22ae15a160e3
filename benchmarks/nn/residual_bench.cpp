// SPDX-License-Identifier: BSD-3-Clause
// One training step of residual networks with Adam, 64 images of CIFAR's size: the pre-activation
// network of depth 20 with 16, 32 and 64 channels in the middle of its blocks, and ResNet-18.
//
// Claim: not slower than libtorch, in either of its layouts, its own and channels last. Bound: the
// multiply-adds of the convolutions at the FMA peak, and each norm's walks through memory.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/core/random.hpp>
#include <halo/zoo/residual_networks.hpp>

#if defined(HALO_RIVAL_TORCH)
#  include <torch/torch.h>
#endif

namespace {

using namespace halo;

constexpr std::size_t images = 64;
/// So small that every step of the measurement meets the same problem.
constexpr float rate = 1e-9F;

struct examples {
  std::vector<float> x = std::vector<float>(images * 3072);
  std::vector<std::int32_t> t = std::vector<std::int32_t>(images);
  examples() {
    generator g(seed{1});
    for (float& v : x) v = g.normal();
    for (std::int32_t& v : t) v = static_cast<std::int32_t>(g.below(5));
  }
};

using depth20 = zoo::preresnet20<5>;
using depth18 = zoo::resnet18<5>;

template <class Network>
void halo_step(benchmark::State& state) {
  using device = adapt::adapter<Network, nn::cross_entropy, optim::adam, images>;
  auto d = std::make_unique<device>(optim::adam{{.rate = rate}}, seed{1});
  examples const e;
  double loss = 0;
  for (auto _ : state) loss += d->step(e.x, e.t).loss;
  benchmark::DoNotOptimize(loss);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(
                                                   Network::operations(layer_mask::all(), images)));
}
BENCHMARK_TEMPLATE(halo_step, depth20)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(halo_step, depth18)->Unit(benchmark::kMillisecond);

#if defined(HALO_RIVAL_TORCH)
torch::nn::Conv2d conv(std::int64_t in, std::int64_t out, std::int64_t kernel,
                       std::int64_t stride = 1) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

/// y = main(x) + side(x), or + x.
struct branches : torch::nn::Module {
  torch::nn::Sequential main, side;
  branches(torch::nn::Sequential m, torch::nn::Sequential s) : main(m), side(s) {
    register_module("main", main);
    register_module("side", side);
  }
  torch::Tensor forward(torch::Tensor x) {
    return main->forward(x) + (side->is_empty() ? x : side->forward(x));
  }
};

std::shared_ptr<branches> bottleneck(std::int64_t in, std::int64_t width, std::int64_t stride) {
  using namespace torch::nn;
  Sequential main(BatchNorm2d(in), ReLU(), conv(in, width, 1), BatchNorm2d(width), ReLU(),
                  conv(width, width, 3, stride), BatchNorm2d(width), ReLU(),
                  conv(width, 4 * width, 1));
  Sequential side;
  if (in != 4 * width) side->push_back(conv(in, 4 * width, 1, stride));
  return std::make_shared<branches>(main, side);
}
std::shared_ptr<branches> basic(std::int64_t in, std::int64_t width) {
  using namespace torch::nn;
  std::int64_t const stride = in == width ? 1 : 2;
  Sequential main(conv(in, width, 3, stride), BatchNorm2d(width), ReLU(), conv(width, width, 3),
                  BatchNorm2d(width));
  Sequential side;
  if (in != width) {
    side->push_back(conv(in, width, 1, stride));
    side->push_back(BatchNorm2d(width));
  }
  return std::make_shared<branches>(main, side);
}

torch::nn::Sequential torch_of(depth20*) {
  using namespace torch::nn;
  Sequential net(conv(3, 16, 3), bottleneck(16, 16, 1), bottleneck(64, 16, 1),
                 bottleneck(64, 32, 2), bottleneck(128, 32, 1), bottleneck(128, 64, 2),
                 bottleneck(256, 64, 1), BatchNorm2d(256), ReLU());
  net->push_back(AdaptiveAvgPool2d(1));
  net->push_back(Flatten());
  net->push_back(Linear(256, 5));
  return net;
}
torch::nn::Sequential torch_of(depth18*) {
  using namespace torch::nn;
  Sequential net(conv(3, 64, 3), BatchNorm2d(64), ReLU());
  std::int64_t in = 64;
  for (std::int64_t const width : {64, 64, 128, 128, 256, 256, 512, 512}) {
    net->push_back(basic(in, width));
    net->push_back(ReLU());
    in = width;
  }
  net->push_back(AdaptiveAvgPool2d(1));
  net->push_back(Flatten());
  net->push_back(Linear(512, 5));
  return net;
}

template <class Network, bool ChannelsLast>
void torch_step(benchmark::State& state) {
  torch::set_num_threads(1);
  auto net = torch_of(static_cast<Network*>(nullptr));
  examples e;
  auto const n = static_cast<std::int64_t>(images);
  auto x = torch::from_blob(e.x.data(), {n, 3, 32, 32});
  std::size_t parameters = 0;
  for (auto& p : net->parameters()) {
    parameters += static_cast<std::size_t>(p.numel());
    if (ChannelsLast && p.dim() == 4) p.set_data(p.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  if (parameters != Network::parameters) state.SkipWithError("another network");
  if (ChannelsLast) x = x.contiguous(torch::MemoryFormat::ChannelsLast);
  torch::optim::Adam adam(net->parameters(), torch::optim::AdamOptions(rate));
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
BENCHMARK_TEMPLATE(torch_step, depth20, false)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(torch_step, depth20, true)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(torch_step, depth18, false)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(torch_step, depth18, true)->Unit(benchmark::kMillisecond);
#endif

}  // namespace

BENCHMARK_MAIN();
