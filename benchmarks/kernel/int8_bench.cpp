// SPDX-License-Identifier: BSD-3-Clause
// Convolutions and fully connected layers on bytes against halo's on floats and oneDNN's on bytes.
//
// Claim: faster than halo's own on floats where 16 inputs or more meet 16 outputs or more. One
// thread. halo's bytes begin and end as floats, as in a network: oneDNN's images are bytes already
// when the clock starts, and lie as it likes. items/s are multiply-adds of the plain sum.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/kernel/conv2d_forward.hpp>
#include <halo/kernel/conv2d_int8.hpp>

#include "../support/conv2d_problem.hpp"

#if defined(HALO_RIVAL_DNNL)
#  include <dnnl.hpp>
#endif

namespace {

using namespace halo;
using problem = support::conv2d_problem;

void floats(benchmark::State& state) {
  problem p(state);
  for (auto _ : state) {
    kernel::conv2d_forward(p.images, p.g, static_cast<float const*>(p.x.data()),
                           static_cast<float const*>(p.w.data()), p.y.data());
    benchmark::ClobberMemory();
  }
  p.finish(state);
}

void bytes(benchmark::State& state) {
  problem p(state);
  aligned_buffer<std::uint8_t> w(kernel::conv2d_int8_weights(p.g));
  aligned_buffer<std::uint8_t> scratch(kernel::conv2d_int8_scratch(p.g));
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<std::uint8_t>(i % 251);
  auto const ones = problem::filled(kernel::conv2d_int8_columns(p.g), 3);
  aligned_buffer<float> const none(ones.size());
  for (auto _ : state) {
    kernel::conv2d_int8(p.images, p.g, {{-0.5F, 0.5F}, 8, kernel::grid::asymmetric, 128},
                        p.x.data(), w.data(), {ones.data(), none.data(), none.data(), nullptr},
                        p.y.data(), scratch.data());
    benchmark::ClobberMemory();
  }
  p.finish(state);
}

#if defined(HALO_RIVAL_DNNL)
void onednn(benchmark::State& state) {
  try {
    problem const p(state);
    dnnl::engine const engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    auto const d = [](std::size_t n) { return static_cast<dnnl::memory::dim>(n); };
    auto const any = [](dnnl::memory::dims const& dims, dnnl::memory::data_type type) {
      return dnnl::memory::desc(dims, type, dnnl::memory::format_tag::any);
    };
    using type = dnnl::memory::data_type;
    auto const& g = p.g;
    auto const behind = d((g.y.out - 1) * g.y.stride + g.y.kernel - g.y.in - g.y.low);
    dnnl::convolution_forward::primitive_desc const c(
        {dnnl::prop_kind::forward_inference,
         dnnl::algorithm::convolution_direct,
         any({d(p.images), d(g.in), d(g.y.in), d(g.x.in)}, type::u8),
         any({d(g.out), d(g.in), d(g.y.kernel), d(g.x.kernel)}, type::s8),
         any({d(p.images), d(g.out), d(g.y.out), d(g.x.out)}, type::f32),
         {d(g.y.stride), d(g.x.stride)},
         {d(g.y.low), d(g.x.low)},
         {behind, behind}},
        engine);
    auto const filled = [&](dnnl::memory::desc const& m) {
      dnnl::memory memory(m, engine);
      auto* const v = static_cast<std::uint8_t*>(memory.get_data_handle());
      for (std::size_t i = 0; i < m.get_size(); ++i) v[i] = static_cast<std::uint8_t>(i % 100);
      return memory;
    };
    std::unordered_map<int, dnnl::memory> const arguments{
        {DNNL_ARG_SRC, filled(c.src_desc())},
        {DNNL_ARG_WEIGHTS, filled(c.weights_desc())},
        {DNNL_ARG_DST, filled(c.dst_desc())}};
    dnnl::convolution_forward const run(c);
    for (auto _ : state) {
      run.execute(stream, arguments);
      stream.wait();
    }
    p.finish(state);
  } catch (dnnl::error const& e) {
    state.SkipWithError(e.what());
  }
}
#endif

/// size, channels in, out, kernel, stride, images
void problems(benchmark::internal::Benchmark* b) {
  b->Args({32, 64, 64, 3, 1, 16});
  b->Args({16, 128, 128, 3, 1, 16});
  b->Args({32, 16, 16, 3, 1, 16});
  b->Args({16, 128, 32, 1, 1, 16});
  b->Args({32, 16, 64, 1, 1, 16});
  b->Args({1, 128, 128, 1, 1, 64});
  b->Args({1, 1024, 10, 1, 1, 64});
}

BENCHMARK(floats)->Apply(problems);
BENCHMARK(bytes)->Apply(problems);
#if defined(HALO_RIVAL_DNNL)
BENCHMARK(onednn)->Apply(problems);
#endif

}  // namespace

BENCHMARK_MAIN();
