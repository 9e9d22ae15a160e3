// SPDX-License-Identifier: BSD-3-Clause
// A recurrent layer over sequences: 9 numbers a step, 64 units, 128 steps, 64 examples, last state.
//
// Claim: forward no slower than oneDNN's, forward and backward 1.3x hand-written Eigen. Bound: the
// products' multiply-adds, 4·64·(9 + 64) a step and example forward, and twice that but for 9·4·64
// backward (no gradient of the examples), at the `peak` of the machine.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/gru.hpp>
#include <halo/nn/lstm.hpp>

#include "../support/peak.hpp"

#if defined(HALO_RIVAL_DNNL)
#  include <dnnl.hpp>
#endif
#if defined(HALO_RIVAL_EIGEN)
#  include <Eigen/Core>
#endif

namespace {

using namespace halo;

constexpr std::size_t steps = 128, inputs = 9, units = 64, rows = 64;
using sequence = shape<steps, inputs>;

aligned_buffer<float> draw(std::size_t n, std::uint64_t stream, float deviation) {
  generator g(seed{1}, stream);
  aligned_buffer<float> x(n);
  for (float& v : x) v = deviation * g.normal();
  return x;
}

/// A layer and all that it needs.
template <class L>
struct problem {
  static constexpr std::size_t parameters = nn::parameter_count<L, sequence>();
  aligned_buffer<float> theta = draw(parameters, 1, 0.1F);
  aligned_buffer<float> x = draw(rows * sequence::size, 2, 1), dy = draw(rows * units, 3, 1);
  aligned_buffer<float> y{rows * units}, gradient{parameters};
  aligned_buffer<float> memory{rows * L::template memory<sequence>};
  aligned_buffer<float> scratch{rows * L::template scratch<sequence>};
  nn::pass pass{.rows = rows, .capacity = rows};

  void forward() {
    float const *const weights = theta.data(), *const in = x.data();
    L::template forward<sequence>(pass, weights, in, y.data(), memory.data());
  }
  void backward() {
    nn::backward_arguments<float*> a{};
    a.theta = theta.data();
    a.memory = memory.data();
    a.dy = dy.data();
    a.gradient = gradient.data();
    a.scratch = scratch.data();
    benchmark::DoNotOptimize(L::template backward<sequence>(pass, a));
  }
};

/// A forward pass counts one, the way back twice but for the gradient of the examples.
template <class L = nn::lstm<units>>
void count(benchmark::State& state, bool back) {
  double const times = back ? 3 - static_cast<double>(inputs) / (inputs + units) : 1;
  state.counters["operations"] =
      benchmark::Counter(times * static_cast<double>(rows * L::template operations<sequence> *
                                                     static_cast<std::size_t>(state.iterations())),
                         benchmark::Counter::kIsRate);
}

template <class L>
void halo_forward(benchmark::State& state) {
  auto p = std::make_unique<problem<L>>();
  for (auto _ : state) {
    p->forward();
    benchmark::DoNotOptimize(p->y.data());
  }
  count<L>(state, false);
}
template <class L>
void halo_step(benchmark::State& state) {
  auto p = std::make_unique<problem<L>>();
  for (auto _ : state) {
    p->forward();
    p->backward();
    benchmark::DoNotOptimize(p->gradient.data());
  }
  count<L>(state, true);
}

/// Ends the program where a rival computes something else.
[[maybe_unused]] void compare(char const* what, aligned_buffer<float> const& ours,
                              float const* theirs) {
  double worst = 0;
  for (std::size_t i = 0; i < ours.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(ours[i] - theirs[i])) /
                                (1 + std::abs(static_cast<double>(ours[i]))));
  if (worst < 1e-4) return;
  std::fprintf(stderr, "lstm_bench: %s differs by %g\n", what, worst);
  std::exit(1);
}

#if defined(HALO_RIVAL_DNNL)
/// oneDNN's LSTM, its memory as it likes it but for examples, step by step, and states.
template <dnnl::prop_kind Kind>
void onednn_forward(benchmark::State& state) {
  using dnnl::memory;
  using tag = memory::format_tag;
  problem<nn::lstm<units>> p;
  dnnl::engine const engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  auto const of = [](memory::dims dims, tag t) {
    return memory::desc(dims, memory::data_type::f32, t);
  };
  memory::desc const x = of({steps, rows, inputs}, tag::tnc),
                     y = of({steps, rows, units}, tag::tnc);
  memory::desc const w = of({1, 1, inputs, 4, units}, tag::any);
  memory::desc const u = of({1, 1, units, 4, units}, tag::any);
  memory::desc const b = of({1, 1, 4, units}, tag::ldgo);
  dnnl::lstm_forward::primitive_desc const d(
      {Kind, dnnl::rnn_direction::unidirectional_left2right, x, {}, {}, w, u, b, y, {}, {}},
      engine);
  auto const reordered = [&](memory::dims dims, memory::desc const& to, float* from) {
    memory source(of(dims, tag::ldigo), engine, from), target(to, engine);
    dnnl::reorder(source, target).execute(stream, source, target);
    return target;
  };
  memory in(x, engine), out(y, engine), workspace(d.workspace_desc(), engine);
  auto* const by_step = static_cast<float*>(in.get_data_handle());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t t = 0; t < steps; ++t)
      std::copy_n(p.x.data() + (i * steps + t) * inputs, inputs, by_step + (t * rows + i) * inputs);
  constexpr std::size_t columns = 4 * units;
  memory const weights =
      reordered({1, 1, inputs, 4, units}, d.weights_layer_desc(), p.theta.data());
  memory const recurrent =
      reordered({1, 1, units, 4, units}, d.weights_iter_desc(), p.theta.data() + inputs * columns);
  memory const bias(b, engine, p.theta.data() + (inputs + units) * columns);
  std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC_LAYER, in},
                                            {DNNL_ARG_WEIGHTS_LAYER, weights},
                                            {DNNL_ARG_WEIGHTS_ITER, recurrent},
                                            {DNNL_ARG_BIAS, bias},
                                            {DNNL_ARG_DST_LAYER, out}};
  if (Kind == dnnl::prop_kind::forward_training) arguments[DNNL_ARG_WORKSPACE] = workspace;
  dnnl::lstm_forward const lstm(d);
  for (auto _ : state) {
    lstm.execute(stream, arguments);
    stream.wait();
  }
  p.forward();
  compare("oneDNN", p.y, static_cast<float*>(out.get_data_handle()) + (steps - 1) * rows * units);
  count(state, false);
}
#endif

#if defined(HALO_RIVAL_EIGEN)
/// The same layer as one would write it by hand over Eigen, everything allocated before.
struct eigen_lstm {
  using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using row = Eigen::Matrix<float, 1, Eigen::Dynamic>;
  static constexpr long n = rows, h = units, in = inputs, t = steps, joint = in + h;
  matrix w{joint, 4 * h}, dw{joint, 4 * h};
  row b{4 * h}, db{4 * h};
  matrix x{t * n, in}, xh{t * n, joint}, z{t * n, 4 * h}, c{(t + 1) * n, h}, y{n, h};
  matrix dz{t * n, 4 * h}, dh{n, h}, dc{n, h}, dy{n, h}, tanh{n, h};

  explicit eigen_lstm(problem<nn::lstm<units>> const& p) {
    std::copy_n(p.theta.data(), w.size(), w.data());
    std::copy_n(p.theta.data() + w.size(), b.size(), b.data());
    std::copy_n(p.dy.data(), dy.size(), dy.data());
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t s = 0; s < steps; ++s)
        std::copy_n(p.x.data() + (i * steps + s) * inputs, inputs,
                    x.data() + (s * rows + i) * inputs);
  }
  void forward() {
    xh.leftCols(in) = x;
    xh.topRightCorner(n, h).setZero();
    c.topRows(n).setZero();
    for (long s = 0; s < t; ++s) {
      auto g = z.middleRows(s * n, n);
      g.noalias() = xh.middleRows(s * n, n) * w;
      g.rowwise() += b;
      g.leftCols(2 * h) = g.leftCols(2 * h).array().logistic();
      g.middleCols(2 * h, h) = g.middleCols(2 * h, h).array().tanh();
      g.rightCols(h) = g.rightCols(h).array().logistic();
      auto next = c.middleRows((s + 1) * n, n);
      next.array() = g.middleCols(h, h).array() * c.middleRows(s * n, n).array() +
                     g.leftCols(h).array() * g.middleCols(2 * h, h).array();
      if (s + 1 < t)
        xh.block((s + 1) * n, in, n, h).array() = g.rightCols(h).array() * next.array().tanh();
      else
        y.array() = g.rightCols(h).array() * next.array().tanh();
    }
  }
  void backward() {
    dh = dy;
    dc.setZero();
    for (long s = t; s-- > 0;) {
      auto const g = z.middleRows(s * n, n).array();
      auto const i = g.leftCols(h), f = g.middleCols(h, h), a = g.middleCols(2 * h, h);
      auto const o = g.rightCols(h);
      auto d = dz.middleRows(s * n, n).array();
      tanh.array() = c.middleRows((s + 1) * n, n).array().tanh();
      dc.array() += dh.array() * o * (1 - tanh.array().square());
      d.leftCols(h) = dc.array() * a * i * (1 - i);
      d.middleCols(h, h) = dc.array() * c.middleRows(s * n, n).array() * f * (1 - f);
      d.middleCols(2 * h, h) = dc.array() * i * (1 - a.square());
      d.rightCols(h) = dh.array() * tanh.array() * o * (1 - o);
      dc.array() *= f;
      if (s > 0) dh.noalias() = dz.middleRows(s * n, n) * w.bottomRows(h).transpose();
    }
    dw.noalias() = xh.transpose() * dz;
    db = dz.colwise().sum();
  }
};

void eigen_forward(benchmark::State& state) {
  problem<nn::lstm<units>> p;
  auto e = std::make_unique<eigen_lstm>(p);
  for (auto _ : state) {
    e->forward();
    benchmark::DoNotOptimize(e->y.data());
  }
  p.forward();
  compare("Eigen", p.y, e->y.data());
  count(state, false);
}
void eigen_step(benchmark::State& state) {
  problem<nn::lstm<units>> p;
  auto e = std::make_unique<eigen_lstm>(p);
  for (auto _ : state) {
    e->forward();
    e->backward();
    benchmark::DoNotOptimize(e->dw.data());
  }
  p.forward();
  p.backward();
  aligned_buffer<float> weights(static_cast<std::size_t>(e->dw.size()));
  std::copy_n(p.gradient.data(), weights.size(), weights.data());
  compare("Eigen's gradient", weights, e->dw.data());
  count(state, true);
}
#endif

}  // namespace

BENCHMARK(support::peak)->Name("peak");
BENCHMARK(halo_forward<nn::lstm<units>>)->Name("halo_forward")->Unit(benchmark::kMillisecond);
BENCHMARK(halo_step<nn::lstm<units>>)->Name("halo_step")->Unit(benchmark::kMillisecond);
BENCHMARK(halo_step<nn::gru<units>>)->Name("halo_gru_step")->Unit(benchmark::kMillisecond);
#if defined(HALO_RIVAL_DNNL)
BENCHMARK(onednn_forward<dnnl::prop_kind::forward_training>)
    ->Name("onednn_forward_training")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(onednn_forward<dnnl::prop_kind::forward_inference>)
    ->Name("onednn_forward_inference")
    ->Unit(benchmark::kMillisecond);
#endif
#if defined(HALO_RIVAL_EIGEN)
BENCHMARK(eigen_forward)->Unit(benchmark::kMillisecond);
BENCHMARK(eigen_step)->Unit(benchmark::kMillisecond);
#endif

BENCHMARK_MAIN();
