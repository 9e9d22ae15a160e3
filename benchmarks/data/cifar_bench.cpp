// SPDX-License-Identifier: BSD-3-Clause
// Claim: all of CIFAR-10, 60,000 images, is read in under half a second: from the official files,
// as the system has them in memory, to floats that a network takes. Beside it the bytes alone,
// which no reader can do without. HALO_DATA names the folder that holds cifar-10-batches-bin.
#include <halo/data/cifar.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <span>
#include <string>

namespace {

std::string folder(benchmark::State& state) {
  char const* const data = std::getenv("HALO_DATA");
  std::string const place = std::string(data != nullptr ? data : ".") + "/cifar-10-batches-bin";
  if (!halo::io::exists(place)) state.SkipWithError("no folder cifar-10-batches-bin in HALO_DATA");
  return place;
}

void cifar_read(benchmark::State& state) {
  std::string const place = folder(state);
  for (auto _ : state) {
    halo::data::dataset train = halo::data::load_cifar(place, "train");
    halo::data::dataset test = halo::data::load_cifar(place, "test");
    benchmark::DoNotOptimize(train);
    benchmark::DoNotOptimize(test);
    state.PauseTiming();  // giving the memory back is not reading
    train = {};
    test = {};
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * 60'000);
}

void cifar_bytes_alone(benchmark::State& state) {
  std::string const place = folder(state);
  halo::aligned_buffer<std::byte> bytes(64 * halo::data::cifar::bytes);
  for (auto _ : state) {
    for (char const* name : {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
                             "data_batch_5", "test_batch"}) {
      halo::io::read_pieces(place + '/' + name + ".bin", 10'000 * halo::data::cifar::bytes,
                            bytes.span(), [](std::span<std::byte const> piece) {
                              auto const* first = piece.data();
                              benchmark::DoNotOptimize(first);
                            });
    }
  }
  state.SetItemsProcessed(state.iterations() * 60'000);
}

}  // namespace

BENCHMARK(cifar_read)->Unit(benchmark::kMillisecond);
BENCHMARK(cifar_bytes_alone)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
