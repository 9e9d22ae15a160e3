// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the machine can do at most, for benchmarks to stand beside.

#include <cstddef>
#include <cstdint>

#include <benchmark/benchmark.h>

#include <halo/simd/batch.hpp>

namespace support {

/// Multiply-adds on registers alone, as many chains as hide their latency.
inline void peak(benchmark::State& state) {
  using V = halo::simd::batch<float>;
  constexpr std::size_t chains = 12, rounds = 4096;
  V sum[chains];
  for (std::size_t i = 0; i < chains; ++i) sum[i] = V(1.0F + static_cast<float>(i));
  V factor(0.999F), term(0.001F);
  for (auto _ : state) {
    benchmark::DoNotOptimize(factor);
    benchmark::DoNotOptimize(term);
    for (std::size_t r = 0; r < rounds; ++r)
      for (std::size_t i = 0; i < chains; ++i) sum[i] = fma(sum[i], factor, term);
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(rounds * chains * V::size));
  state.counters["operations"] = benchmark::Counter(static_cast<double>(rounds * chains * V::size),
                                                    benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace support
