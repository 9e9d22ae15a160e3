// SPDX-License-Identifier: BSD-3-Clause
// Matrix products against the arithmetic peak that the same run measures.
//
// Claim: 85 % of the peak at 256³, 512³ and 1024³, not slower than OpenBLAS and oneDNN; not slower
// than oneDNN at 64×128×128 and at 100000×20×{20, 40, 80}. One thread. items/s are multiply-adds;
// `peak` does nothing else. 100000×20×20 moves 16 MB for 40 million of them: there memory is the
// bound, and `copy` shows it (read A, write C).
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/kernel/gemm.hpp>

#include "../support/peak.hpp"

#if defined(HALO_RIVAL_OPENBLAS)
#  include <cblas.h>
#endif
#if defined(HALO_RIVAL_DNNL)
#  include <dnnl.h>
#endif
#if defined(HALO_RIVAL_EIGEN)
#  include <Eigen/Core>
#endif

namespace {

using namespace halo;

struct matrices {
  std::size_t m, n, k;
  aligned_buffer<float> a, b, c;
  explicit matrices(benchmark::State const& state)
      : m(static_cast<std::size_t>(state.range(0))),
        n(static_cast<std::size_t>(state.range(1))),
        k(static_cast<std::size_t>(state.range(2))),
        a(m * k),
        b(k * n),
        c(m * n) {
    for (std::size_t i = 0; i < m * k; ++i) a[i] = static_cast<float>(i * 7 % 23) / 23.0F - 0.5F;
    for (std::size_t i = 0; i < k * n; ++i) b[i] = static_cast<float>(i * 5 % 19) / 19.0F - 0.5F;
  }
  void finish(benchmark::State& state) const {
    double worst =
        0;  // a few elements against a plain loop: a rival with other strides is no rival
    for (std::size_t s = 0; s < 16; ++s) {
      std::size_t const i = s * 7919 % m, j = s * 104729 % n;
      double sum = 0;
      for (std::size_t l = 0; l < k; ++l)
        sum += static_cast<double>(a[i * k + l]) * static_cast<double>(b[l * n + j]);
      worst = std::fmax(worst, std::abs(sum - static_cast<double>(c[i * n + j])));
    }
    if (!(worst < 1e-3)) state.SkipWithError("wrong product");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(m * n * k));
    state.SetBytesProcessed(state.iterations() *
                            static_cast<std::int64_t>(4 * (m * k + k * n + m * n)));
  }
};

/// The traffic of the product alone: A is read and C is written.
void copy(benchmark::State& state) {
  matrices x(state);
  for (auto _ : state) {
    float const* from = x.a.data();
    std::size_t const step = x.m * x.k < x.m * x.n ? x.m * x.k : x.m * x.n;
    for (std::size_t at = 0; at < x.m * x.n; at += step)
      std::memcpy(x.c.data() + at, from, 4 * (step < x.m * x.n - at ? step : x.m * x.n - at));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.m * x.n * x.k));
}

void gemm_halo(benchmark::State& state) {
  matrices x(state);
  for (auto _ : state) {
    kernel::gemm(x.m, x.n, x.k, kernel::operand<float const*>{x.a.data(), x.k},
                 kernel::operand<float const*>{x.b.data(), x.n}, x.c.data(), x.n);
    benchmark::ClobberMemory();
  }
  x.finish(state);
}

#if defined(HALO_RIVAL_OPENBLAS)
void gemm_openblas(benchmark::State& state) {
  openblas_set_num_threads(1);
  matrices x(state);
  auto const n = static_cast<blasint>(x.n), k = static_cast<blasint>(x.k);
  for (auto _ : state) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<blasint>(x.m), n, k, 1.0F,
                x.a.data(), k, x.b.data(), n, 0.0F, x.c.data(), n);
    benchmark::ClobberMemory();
  }
  x.finish(state);
}
#endif

#if defined(HALO_RIVAL_DNNL)
void gemm_onednn(benchmark::State& state) {
  matrices x(state);
  auto const m = static_cast<dnnl_dim_t>(x.m), n = static_cast<dnnl_dim_t>(x.n),
             k = static_cast<dnnl_dim_t>(x.k);
  for (auto _ : state) {
    if (dnnl_sgemm('N', 'N', m, n, k, 1.0F, x.a.data(), k, x.b.data(), n, 0.0F, x.c.data(), n) !=
        dnnl_success)
      state.SkipWithError("dnnl_sgemm refused");
    benchmark::ClobberMemory();
  }
  x.finish(state);
}
#endif

#if defined(HALO_RIVAL_EIGEN)
void gemm_eigen(benchmark::State& state) {
  using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  matrices x(state);
  auto const m = static_cast<long>(x.m), n = static_cast<long>(x.n), k = static_cast<long>(x.k);
  Eigen::Map<matrix const> const a(x.a.data(), m, k), b(x.b.data(), k, n);
  Eigen::Map<matrix> c(x.c.data(), m, n);
  for (auto _ : state) {
    c.noalias() = a * b;
    benchmark::ClobberMemory();
  }
  x.finish(state);
}
#endif

void gemm_loop(benchmark::State& state) {
  matrices x(state);
  for (auto _ : state) {
    for (std::size_t i = 0; i < x.m; ++i) {
      float* __restrict c = x.c.data() + i * x.n;
      for (std::size_t j = 0; j < x.n; ++j) c[j] = 0;
      for (std::size_t l = 0; l < x.k; ++l) {
        float const* __restrict b = x.b.data() + l * x.n;
        float const a = x.a[i * x.k + l];
        for (std::size_t j = 0; j < x.n; ++j) c[j] += a * b[j];
      }
    }
    benchmark::ClobberMemory();
  }
  x.finish(state);
}

void squares(benchmark::internal::Benchmark* b) {
  for (std::int64_t const n : {256, 512, 1024}) b->Args({n, n, n});
}
void layers(benchmark::internal::Benchmark* b) {
  b->Args({64, 128, 128});
  for (std::int64_t const n : {20, 40, 80}) b->Args({100'000, n, 20});
}
void all(benchmark::internal::Benchmark* b) {
  squares(b);
  layers(b);
}

BENCHMARK(support::peak)->Name("peak");
BENCHMARK(copy)->Apply(layers);
BENCHMARK(gemm_halo)->Apply(all);
#if defined(HALO_RIVAL_OPENBLAS)
BENCHMARK(gemm_openblas)->Apply(all);
#endif
#if defined(HALO_RIVAL_DNNL)
BENCHMARK(gemm_onednn)->Apply(all);
#endif
#if defined(HALO_RIVAL_EIGEN)
BENCHMARK(gemm_eigen)->Apply(all);
#endif
BENCHMARK(gemm_loop)->Apply(layers);

}  // namespace

BENCHMARK_MAIN();
