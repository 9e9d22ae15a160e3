// SPDX-License-Identifier: BSD-3-Clause
// Layer normalisation of 64 rows, 64 and 1024 numbers wide, against loops as one writes them.
//
// Claim: several times as fast as the loops, whose sums a compiler must leave in their order.
// Backward is both gradients, of the rows and of gain and bias. items/s are numbers of the rows.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <halo/core/aligned.hpp>
#include <halo/core/random.hpp>
#include <halo/kernel/normalize.hpp>

namespace {

using namespace halo;

constexpr std::size_t rows = 64;
constexpr float epsilon = 1e-5F;

aligned_buffer<float> draw(std::size_t n, std::uint64_t stream) {
  generator g(seed{1}, stream);
  aligned_buffer<float> x(n);
  for (float& v : x) v = g.normal();
  return x;
}

/// What both read and write, rows of N numbers.
template <std::size_t N>
struct problem {
  static constexpr std::size_t size = rows * N;
  aligned_buffer<float> x = draw(size, 1), gain = draw(N, 2), bias = draw(N, 3);
  aligned_buffer<float> dy = draw(size, 4);
  aligned_buffer<float> y{size}, dx{size}, dgain{N}, dbias{N}, mean{rows}, scale{rows};
};

struct kernels {
  template <std::size_t N>
  static void forward(problem<N>& p) {
    kernel::normalize_forward(rows, N, p.x.data(), p.gain.data(), p.bias.data(), epsilon,
                              p.y.data(), p.mean.data(), p.scale.data());
  }
  template <std::size_t N>
  static void backward(problem<N>& p) {
    kernel::normalize_gradient(rows, N, p.x.data(), p.mean.data(), p.scale.data(), p.dy.data(),
                               p.dgain.data(), p.dbias.data());
    kernel::normalize_backward(rows, N, p.x.data(), p.gain.data(), p.mean.data(), p.scale.data(),
                               p.dy.data(), p.dx.data());
  }
};

struct loops {
  template <std::size_t N>
  static void forward(problem<N>& p) {
    for (std::size_t i = 0; i < rows; ++i) {
      float const* const x = p.x.data() + i * N;
      float mean = 0, square = 0;
      for (std::size_t j = 0; j < N; ++j) mean += x[j] / N;
      for (std::size_t j = 0; j < N; ++j) square += (x[j] - mean) * (x[j] - mean) / N;
      float const scale = 1 / std::sqrt(square + epsilon);
      for (std::size_t j = 0; j < N; ++j)
        p.y[i * N + j] = p.gain[j] * ((x[j] - mean) * scale) + p.bias[j];
      p.mean[i] = mean;
      p.scale[i] = scale;
    }
  }
  template <std::size_t N>
  static void backward(problem<N>& p) {
    for (std::size_t j = 0; j < N; ++j) p.dgain[j] = p.dbias[j] = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      float const *const x = p.x.data() + i * N, *const dy = p.dy.data() + i * N;
      float const mean = p.mean[i], scale = p.scale[i];
      float shift = 0, tilt = 0;
      for (std::size_t j = 0; j < N; ++j) {
        float const z = (x[j] - mean) * scale;
        p.dgain[j] += dy[j] * z;
        p.dbias[j] += dy[j];
        shift += p.gain[j] * dy[j] / N;
        tilt += p.gain[j] * dy[j] * z / N;
      }
      for (std::size_t j = 0; j < N; ++j)
        p.dx[i * N + j] = scale * (p.gain[j] * dy[j] - shift - (x[j] - mean) * scale * tilt);
    }
  }
};

/// Ends the program where kernels and loops compute something else.
void compare(char const* what, aligned_buffer<float> const& ours,
             aligned_buffer<float> const& theirs) {
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (std::abs(ours[i] - theirs[i]) < 1e-4F * (1 + std::abs(theirs[i]))) continue;
    std::fprintf(stderr, "normalize_bench: %s differs\n", what);
    std::exit(1);
  }
}

template <std::size_t N>
void check() {
  problem<N> ours, theirs;
  kernels::forward(ours);
  kernels::backward(ours);
  loops::forward(theirs);
  loops::backward(theirs);
  compare("y", ours.y, theirs.y);
  compare("dx", ours.dx, theirs.dx);
  compare("dgain", ours.dgain, theirs.dgain);
  compare("dbias", ours.dbias, theirs.dbias);
}

template <class How, std::size_t N>
void forward(benchmark::State& state) {
  check<N>();
  problem<N> p;
  for (auto _ : state) {
    How::forward(p);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(p.size));
}

template <class How, std::size_t N>
void backward(benchmark::State& state) {
  problem<N> p;
  How::forward(p);
  for (auto _ : state) {
    How::backward(p);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(p.size));
}

BENCHMARK(forward<kernels, 64>)->Name("halo_forward/64");
BENCHMARK(forward<loops, 64>)->Name("loop_forward/64");
BENCHMARK(backward<kernels, 64>)->Name("halo_backward/64");
BENCHMARK(backward<loops, 64>)->Name("loop_backward/64");
BENCHMARK(forward<kernels, 1024>)->Name("halo_forward/1024");
BENCHMARK(forward<loops, 1024>)->Name("loop_forward/1024");
BENCHMARK(backward<kernels, 1024>)->Name("halo_backward/1024");
BENCHMARK(backward<loops, 1024>)->Name("loop_backward/1024");

}  // namespace

BENCHMARK_MAIN();
