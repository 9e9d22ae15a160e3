// SPDX-License-Identifier: BSD-3-Clause
// Convolutions, forward and both ways back, against the arithmetic peak that the same run measures.
//
// Claim: not slower than oneDNN's direct ones at 64 channels, 3×3, 32×32 and at 128 channels, 3×3,
// 16×16, 16 images each. One thread. items/s are multiply-adds of the plain sum, those with zeros
// around the image included; `peak` does nothing else. oneDNN chooses how its images and weights
// lie in memory (nothing is reordered while the clock runs); Winograd's are on another account,
// since it multiplies four times less.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/kernel/conv2d_backward_data.hpp>
#include <halo/kernel/conv2d_backward_weights.hpp>
#include <halo/kernel/conv2d_forward.hpp>

#include "../support/conv2d_problem.hpp"
#include "../support/peak.hpp"

#if defined(HALO_RIVAL_DNNL)
#  include <dnnl.hpp>
#endif

namespace {

using namespace halo;
using problem = support::conv2d_problem;

void halo_forward(benchmark::State& state) {
  problem p(state);
  for (auto _ : state) {
    kernel::conv2d_forward(p.images, p.g, static_cast<float const*>(p.x.data()),
                           static_cast<float const*>(p.w.data()), p.y.data());
    benchmark::ClobberMemory();
  }
  p.finish(state);
}
void halo_data(benchmark::State& state) {
  problem p(state);
  for (auto _ : state) {
    kernel::conv2d_backward_data(p.images, p.g, static_cast<float const*>(p.y.data()),
                                 static_cast<float const*>(p.w.data()), p.x.data());
    benchmark::ClobberMemory();
  }
  p.finish(state);
}
void halo_weights(benchmark::State& state) {
  problem p(state);
  for (auto _ : state) {
    kernel::conv2d_backward_weights(p.images, p.g, static_cast<float const*>(p.x.data()),
                                    static_cast<float const*>(p.y.data()), p.w.data());
    benchmark::ClobberMemory();
  }
  p.finish(state);
}

#if defined(HALO_RIVAL_DNNL)
/// oneDNN's three convolutions of one problem, their memory as they like it.
struct onednn {
  using desc = dnnl::memory::desc;
  using forward = dnnl::convolution_forward;
  using data = dnnl::convolution_backward_data;
  using weights = dnnl::convolution_backward_weights;

  problem p;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::algorithm algorithm;
  desc x, w, y;
  dnnl::memory::dims strides, low, high;

  onednn(benchmark::State const& state, dnnl::algorithm kind) : p(state), algorithm(kind) {
    auto const d = [](std::size_t n) { return static_cast<dnnl::memory::dim>(n); };
    auto const any = [](dnnl::memory::dims dims) {
      return desc(dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
    };
    auto const& g = p.g;
    x = any({d(p.images), d(g.in), d(g.y.in), d(g.x.in)});
    w = any({d(g.out), d(g.in), d(g.y.kernel), d(g.x.kernel)});
    y = any({d(p.images), d(g.out), d(g.y.out), d(g.x.out)});
    strides = {d(g.y.stride), d(g.x.stride)};
    low = {d(g.y.low), d(g.x.low)};
    auto const behind = [&](kernel::window_axis const& a) {
      return d((a.out - 1) * a.stride + a.kernel - a.in - a.low);
    };
    high = {behind(g.y), behind(g.x)};
  }
  forward::primitive_desc ahead() const {
    return {{dnnl::prop_kind::forward_training, algorithm, x, w, y, strides, low, high}, engine};
  }
  dnnl::memory filled(desc const& d) const {
    dnnl::memory m(d, engine);
    auto* const v = static_cast<float*>(m.get_data_handle());
    for (std::size_t i = 0; i < d.get_size() / 4; ++i) v[i] = static_cast<float>(i % 7) - 3;
    return m;
  }
  void run(benchmark::State& state, dnnl::primitive const& primitive,
           std::unordered_map<int, dnnl::memory> const& arguments) {
    for (auto _ : state) {
      primitive.execute(stream, arguments);
      stream.wait();
    }
    p.finish(state);
  }
};

template <dnnl::algorithm Algorithm>
void onednn_forward(benchmark::State& state) {
  try {
    onednn o(state, Algorithm);
    auto const d = o.ahead();
    o.run(state, dnnl::convolution_forward(d),
          {{DNNL_ARG_SRC, o.filled(d.src_desc())},
           {DNNL_ARG_WEIGHTS, o.filled(d.weights_desc())},
           {DNNL_ARG_DST, o.filled(d.dst_desc())}});
  } catch (dnnl::error const& e) {
    state.SkipWithError(e.what());
  }
}
template <dnnl::algorithm Algorithm>
void onednn_data(benchmark::State& state) {
  try {
    onednn o(state, Algorithm);
    onednn::data::primitive_desc const d({Algorithm, o.x, o.w, o.y, o.strides, o.low, o.high},
                                         o.engine, o.ahead());
    o.run(state, dnnl::convolution_backward_data(d),
          {{DNNL_ARG_DIFF_DST, o.filled(d.diff_dst_desc())},
           {DNNL_ARG_WEIGHTS, o.filled(d.weights_desc())},
           {DNNL_ARG_DIFF_SRC, o.filled(d.diff_src_desc())}});
  } catch (dnnl::error const& e) {
    state.SkipWithError(e.what());
  }
}
template <dnnl::algorithm Algorithm>
void onednn_weights(benchmark::State& state) {
  try {
    onednn o(state, Algorithm);
    onednn::weights::primitive_desc const d({Algorithm, o.x, o.w, o.y, o.strides, o.low, o.high},
                                            o.engine, o.ahead());
    o.run(state, dnnl::convolution_backward_weights(d),
          {{DNNL_ARG_SRC, o.filled(d.src_desc())},
           {DNNL_ARG_DIFF_DST, o.filled(d.diff_dst_desc())},
           {DNNL_ARG_DIFF_WEIGHTS, o.filled(d.diff_weights_desc())}});
  } catch (dnnl::error const& e) {
    state.SkipWithError(e.what());
  }
}
constexpr auto direct = dnnl::algorithm::convolution_direct;
constexpr auto winograd = dnnl::algorithm::convolution_winograd;
#endif

/// size, channels in, out, kernel, stride, images
void wide(benchmark::internal::Benchmark* b) {
  b->Args({32, 64, 64, 3, 1, 16});
  b->Args({16, 128, 128, 3, 1, 16});
}
/// the layers of small networks
void narrow(benchmark::internal::Benchmark* b) {
  b->Args({32, 3, 16, 3, 1, 64});
  b->Args({32, 16, 16, 5, 1, 64});
  b->Args({16, 16, 16, 5, 2, 64});
  b->Args({28, 8, 8, 5, 1, 64});
  b->Args({14, 8, 8, 5, 2, 64});
  b->Args({28, 1, 8, 3, 2, 64});
}
void all(benchmark::internal::Benchmark* b) {
  wide(b);
  narrow(b);
}

BENCHMARK(support::peak)->Name("peak");
BENCHMARK(halo_forward)->Apply(all);
BENCHMARK(halo_data)->Apply(all);
BENCHMARK(halo_weights)->Apply(all);
#if defined(HALO_RIVAL_DNNL)
BENCHMARK_TEMPLATE(onednn_forward, direct)->Apply(all);
BENCHMARK_TEMPLATE(onednn_data, direct)->Apply(all);
BENCHMARK_TEMPLATE(onednn_weights, direct)->Apply(all);
BENCHMARK_TEMPLATE(onednn_forward, winograd)->Apply(wide);
BENCHMARK_TEMPLATE(onednn_data, winograd)->Apply(wide);
BENCHMARK_TEMPLATE(onednn_weights, winograd)->Apply(wide);
#endif

}  // namespace

BENCHMARK_MAIN();
