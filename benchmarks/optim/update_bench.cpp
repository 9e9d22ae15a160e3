// SPDX-License-Identifier: BSD-3-Clause
// Optimizer updates against the bound that the same run measures.
//
// Claim: 0.9 of the bound, and never slower than a plain loop that the compiler vectorises.
// Bounds: SGD moves 3 words a parameter, Adagrad 5, Adam 7; `traffic` moves as many words with one
// multiply-add each. In cache Adagrad and Adam are bound by one square root and one division a
// parameter instead: `divider` does nothing else. A step of an optimizer reads the gradient once
// more before it commits (n words): that is `halo_*`; the fused pass alone is `pass_*`.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <memory>

#include <halo/core/aligned.hpp>
#include <halo/kernel/update.hpp>
#include <halo/optim.hpp>

namespace {

using namespace halo;

struct arrays {
  aligned_buffer<float> theta, gradient, m, v;
  explicit arrays(std::size_t n) : theta(n), gradient(n), m(n), v(n) {
    for (std::size_t i = 0; i < n; ++i) {
      theta[i] = 0.5F;
      gradient[i] = 0.01F * static_cast<float>(i % 13) - 0.06F;
      m[i] = 0.01F;
      v[i] = 0.01F;
    }
  }
};

void count(benchmark::State& state, std::size_t n, std::size_t words) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(4 * n * words));
}

// ---- bounds -------------------------------------------------------------------------------

/// Reads `States` + 2 arrays, writes `States` + 1 of them, one multiply-add each.
template <int States>
void traffic(benchmark::State& state) {
  auto const n = static_cast<std::size_t>(state.range(0));
  arrays a(n);
  for (auto _ : state) {
    simd::for_each_chunk<float>(n, [&](auto c) {
      auto const g = c.load(static_cast<float const*>(a.gradient.data()));
      using V = std::remove_cv_t<decltype(g)>;
      c.store(a.theta.data(), fma(g, V(1e-9F), c.load(a.theta.data())));
      if constexpr (States > 0) c.store(a.v.data(), fma(g, V(1e-9F), c.load(a.v.data())));
      if constexpr (States > 1) c.store(a.m.data(), fma(g, V(1e-9F), c.load(a.m.data())));
    });
    benchmark::ClobberMemory();
  }
  count(state, n, 3 + 2 * States);
}

/// One root and one division a parameter from registers: nothing is loaded but the gradient.
void divider(benchmark::State& state) {
  auto const n = static_cast<std::size_t>(state.range(0));
  using V = simd::batch<float>;
  V x[4] = {V(1.0F), V(2.0F), V(3.0F), V(4.0F)};
  for (auto _ : state) {
    V sum[4] = {V(0.0F), V(0.0F), V(0.0F), V(0.0F)};
    for (std::size_t i = 0; i < n; i += 4 * V::size) {
      for (int u = 0; u < 4; ++u) {
        benchmark::DoNotOptimize(x[u]);
        sum[u] += V(1.0F) / (sqrt(x[u]) + V(1e-8F));
      }
    }
    benchmark::DoNotOptimize(sum);
  }
  count(state, n, 0);
}

// ---- plain loops --------------------------------------------------------------------------

void loop_sgd(benchmark::State& state) {
  auto const n = static_cast<std::size_t>(state.range(0));
  arrays a(n);
  for (auto _ : state) {
    float* __restrict x = a.theta.data();
    float const* __restrict g = a.gradient.data();
    for (std::size_t i = 0; i < n; ++i) x[i] -= 1e-6F * g[i];
    benchmark::ClobberMemory();
  }
  count(state, n, 3);
}
void loop_adagrad(benchmark::State& state) {
  auto const n = static_cast<std::size_t>(state.range(0));
  arrays a(n);
  for (auto _ : state) {
    float* __restrict x = a.theta.data();
    float* __restrict v = a.v.data();
    float const* __restrict g = a.gradient.data();
    for (std::size_t i = 0; i < n; ++i) {
      v[i] += g[i] * g[i];
      x[i] -= 1e-6F * g[i] / (std::sqrt(v[i]) + 1e-10F);
    }
    benchmark::ClobberMemory();
  }
  count(state, n, 5);
}
void loop_adam(benchmark::State& state) {
  auto const n = static_cast<std::size_t>(state.range(0));
  arrays a(n);
  for (auto _ : state) {
    float* __restrict x = a.theta.data();
    float* __restrict m = a.m.data();
    float* __restrict v = a.v.data();
    float const* __restrict g = a.gradient.data();
    for (std::size_t i = 0; i < n; ++i) {
      m[i] = 0.9F * m[i] + 0.1F * g[i];
      v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
      x[i] -= 1e-6F * m[i] / (std::sqrt(v[i]) + 1e-8F);
    }
    benchmark::ClobberMemory();
  }
  count(state, n, 7);
}

// ---- halo ---------------------------------------------------------------------------------

template <class Optimizer, std::size_t N, std::size_t Words, bool Known>
void step(benchmark::State& state, Optimizer const& optimizer) {
  using layout = flat_layout<N>;
  using own_state = typename Optimizer::template state<layout, float>;
  // initialised in place: a state of this size does not fit on the stack
  std::unique_ptr<own_state> const s(new own_state(optimizer.template init<layout, float>()));
  arrays a(N);
  optim::step_context<float> context;
  if (Known) context.magnitude = 0.06F;
  for (auto _ : state) {
    auto const result =
        optimizer.step(a.theta.data(), static_cast<float const*>(a.gradient.data()), *s, context);
    if (result != optim::status::done) state.SkipWithError("the step was refused");
    benchmark::ClobberMemory();
  }
  count(state, N, Words);
}

template <std::size_t N>
void halo_sgd(benchmark::State& s) {
  step<optim::sgd, N, 3, false>(s, {{.rate = 1e-6F}});
}
template <std::size_t N>
void halo_adagrad(benchmark::State& s) {
  step<optim::adagrad, N, 5, false>(s, {{.rate = 1e-6F}});
}
template <std::size_t N>
void halo_adam(benchmark::State& s) {
  step<optim::adam, N, 7, false>(s, {{.rate = 1e-6F}});
}
template <std::size_t N>
void pass_sgd(benchmark::State& s) {
  step<optim::sgd, N, 3, true>(s, {{.rate = 1e-6F}});
}
template <std::size_t N>
void pass_adagrad(benchmark::State& s) {
  step<optim::adagrad, N, 5, true>(s, {{.rate = 1e-6F}});
}
template <std::size_t N>
void pass_adam(benchmark::State& s) {
  step<optim::adam, N, 7, true>(s, {{.rate = 1e-6F}});
}

#define HALO_SIZES Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(10'000'000)
#define HALO_OVER_SIZES(f)          \
  BENCHMARK_TEMPLATE(f, 10'000);    \
  BENCHMARK_TEMPLATE(f, 100'000);   \
  BENCHMARK_TEMPLATE(f, 1'000'000); \
  BENCHMARK_TEMPLATE(f, 10'000'000)

BENCHMARK(divider)->HALO_SIZES;
BENCHMARK_TEMPLATE(traffic, 0)->HALO_SIZES;
BENCHMARK(loop_sgd)->HALO_SIZES;
HALO_OVER_SIZES(pass_sgd);
HALO_OVER_SIZES(halo_sgd);
BENCHMARK_TEMPLATE(traffic, 1)->HALO_SIZES;
BENCHMARK(loop_adagrad)->HALO_SIZES;
HALO_OVER_SIZES(pass_adagrad);
HALO_OVER_SIZES(halo_adagrad);
BENCHMARK_TEMPLATE(traffic, 2)->HALO_SIZES;
BENCHMARK(loop_adam)->HALO_SIZES;
HALO_OVER_SIZES(pass_adam);
HALO_OVER_SIZES(halo_adam);

}  // namespace

BENCHMARK_MAIN();
