// SPDX-License-Identifier: BSD-3-Clause
// Loading a ResNet-18 that PyTorch wrote: at most 1.3 times as long as reading its bytes.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>

#include <halo/core/random.hpp>
#include <halo/io/pytorch.hpp>
#include <halo/io/save_pytorch.hpp>
#include <halo/zoo/residual_networks.hpp>

using namespace halo;

namespace {

using network = zoo::torchvision_resnet18<>;

/// A file of 46.8 MB, in the cache of the system, removed at the end.
class resnet_file {
 public:
  resnet_file()
      : path_((std::filesystem::temp_directory_path() / "halo-pytorch-bench-").string() +
              std::to_string(::getpid())) {
    aligned_buffer<float> values(network::parameters + network::statistics);
    generator g(seed{1});
    for (float& x : values.span()) x = g.uniform();
    io::save_pytorch<network>(path_, values.span().first(network::parameters),
                              values.span().subspan(network::parameters));
    expected_ = std::move(values);
  }
  resnet_file(resnet_file const&) = delete;
  resnet_file& operator=(resnet_file const&) = delete;
  ~resnet_file() { std::remove(path_.c_str()); }
  [[nodiscard]] std::string const& path() const noexcept { return path_; }
  [[nodiscard]] std::span<float const> expected() const noexcept { return expected_.span(); }

 private:
  std::string path_;
  aligned_buffer<float> expected_;
};

resnet_file const& file() {
  static resnet_file const one;
  return one;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(sizeof(float) * file().expected().size()));
}

void read_the_bytes(benchmark::State& state) {
  auto const& path = file().path();
  for (auto _ : state) benchmark::DoNotOptimize(io::read_file(path).data());
  count_bytes(state);
}
BENCHMARK(read_the_bytes)->Unit(benchmark::kMillisecond)->UseRealTime();

void load_pytorch(benchmark::State& state) {
  auto const& path = file().path();
  if (!std::ranges::equal(io::load_pytorch<network>(path).span(), file().expected()))
    state.SkipWithError("other numbers than were written");
  for (auto _ : state) benchmark::DoNotOptimize(io::load_pytorch<network>(path).data());
  count_bytes(state);
}
BENCHMARK(load_pytorch)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
