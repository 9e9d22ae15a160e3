// SPDX-License-Identifier: BSD-3-Clause
// exp, log, tanh and sigmoid against xsimd's and against the standard library's.
//
// Claim: at least twice as fast as xsimd 8's where an error of 1e-6 suffices: the functions of
// simd/fast.hpp. Those of simd/math.hpp are within 2 ulp. 4096 numbers: both arrays lie in the
// nearest cache. xsimd comes with simd/native.hpp.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>

#include <halo/core/aligned.hpp>
#include <halo/core/random.hpp>
#include <halo/simd/fast.hpp>
#include <halo/simd/math.hpp>
#include <halo/simd/transform.hpp>

namespace {

using namespace halo;

struct exp_of {
  static constexpr float lowest = -20, highest = 20;
  template <class V>
  static V apply(V x) {
    using std::exp;
    return exp(x);
  }
  template <class V>
  static V fast(V x) {
    return fast_exp(x);
  }
};
struct log_of {
  static constexpr float lowest = 1e-3F, highest = 1e3F;
  template <class V>
  static V apply(V x) {
    using std::log;
    return log(x);
  }
  template <class V>
  static V fast(V x) {
    return fast_log(x);
  }
};
struct tanh_of {
  static constexpr float lowest = -4, highest = 4;
  template <class V>
  static V apply(V x) {
    using std::tanh;
    return tanh(x);
  }
  template <class V>
  static V fast(V x) {
    return fast_tanh(x);
  }
};
struct sigmoid_of {
  static constexpr float lowest = -8, highest = 8;
  template <class V>
  static V apply(V x) {
    using std::exp;
    return V(1.0F) / (V(1.0F) + exp(-x));
  }
  template <class T, class Arch>
  static simd::batch<T, Arch> apply(simd::batch<T, Arch> x) {
    return sigmoid(x);
  }
  template <class V>
  static V fast(V x) {
    return fast_sigmoid(x);
  }
};

template <class F>
struct arrays {
  static constexpr std::size_t size = 4096;
  aligned_buffer<float> x{size}, y{size};
  arrays() {
    generator g(seed{1});
    for (float& v : x) v = F::lowest + (F::highest - F::lowest) * g.uniform();
  }
  void finish(benchmark::State& state) const {
    for (std::size_t i = 0; i < size; i += 7) {
      double const exact = F::apply(static_cast<double>(x[i]));
      if (!(std::abs(static_cast<double>(y[i]) - exact) <= 1e-6 * std::fmax(1.0, std::abs(exact))))
        state.SkipWithError("error above 1e-6");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(size));
  }
};

template <class F>
void halo_math(benchmark::State& state) {
  arrays<F> a;
  float const* const x = a.x.data();
  float* const y = a.y.data();
  for (auto _ : state) {
    simd::for_each_chunk<float>(a.size, [=](auto c) { c.store(y, F::apply(c.load(x))); });
    benchmark::ClobberMemory();
  }
  a.finish(state);
}

template <class F>
void halo_fast_math(benchmark::State& state) {
  arrays<F> a;
  float const* const x = a.x.data();
  float* const y = a.y.data();
  for (auto _ : state) {
    simd::for_each_chunk<float>(a.size, [=](auto c) { c.store(y, F::fast(c.load(x))); });
    benchmark::ClobberMemory();
  }
  a.finish(state);
}

template <class F>
void xsimd_math(benchmark::State& state) {
  using V = xsimd::batch<float>;
  arrays<F> a;
  for (auto _ : state) {
    for (std::size_t i = 0; i < a.size; i += V::size)
      F::apply(V::load_unaligned(a.x.data() + i)).store_unaligned(a.y.data() + i);
    benchmark::ClobberMemory();
  }
  a.finish(state);
}

template <class F>
void std_math(benchmark::State& state) {
  arrays<F> a;
  for (auto _ : state) {
    for (std::size_t i = 0; i < a.size; ++i) a.y[i] = F::apply(a.x[i]);
    benchmark::ClobberMemory();
  }
  a.finish(state);
}

#define HALO_RIVALS(f)                   \
  BENCHMARK_TEMPLATE(halo_math, f);      \
  BENCHMARK_TEMPLATE(halo_fast_math, f); \
  BENCHMARK_TEMPLATE(xsimd_math, f);     \
  BENCHMARK_TEMPLATE(std_math, f)
HALO_RIVALS(exp_of);
HALO_RIVALS(log_of);
HALO_RIVALS(tanh_of);
HALO_RIVALS(sigmoid_of);

}  // namespace

BENCHMARK_MAIN();
