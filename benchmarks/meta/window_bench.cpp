// SPDX-License-Identifier: BSD-3-Clause
// A window of meta-training: ten steps of an optimizer on a network, and the meta-gradient.
//
// Claim: hierarchical_rnn, Jacobian term on, an MLP of about 5000 parameters, mini-batches of 64:
// under 15 ms a window and core; what is kept for the way back is at most 1.5 times the states, 84
// bytes a parameter and step (counter `of_states`). PyTorch takes 75 to 200 ms. Bound: the
// multiply-adds of the GRU at the processor's peak, three times (forward, again, and back, which
// has two products for each).
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/meta/window.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/supervised.hpp>
#include <halo/task/teacher.hpp>

namespace {

using namespace halo;
using mlp =
    nn::sequential<nn::linear<32, 64>, nn::relu, nn::linear<64, 40>, nn::relu, nn::linear<40, 6>>;
using problem = task::supervised<mlp>;
using hierarchical = learned::hierarchical_program<>;
using tensor = learned::tensor_program<>;

template <class P>
void window(benchmark::State& state, meta::meta_loss const& kind, bool backward) {
  constexpr std::size_t steps = 10, n = mlp::parameters;
  problem of(task::make_teacher({.rows = 2000}, seed{1}), 64, seed{2});
  learned::optimizer<P> const rule(seed{3});
  meta::run<P, problem> run(of, steps);
  std::vector<float> weights(backward ? P::table.size : 0);
  run.restart(rule, seed{4});
  for (auto _ : state) {
    if (!run.window(rule, steps, kind, std::span<float>(weights)).finite)
      state.SkipWithError("the window went out of bounds");
    benchmark::ClobberMemory();
  }
  using unroll = learned::unroll<P, mlp::layout, float>;
  state.counters["parameters"] = static_cast<double>(n);
  state.counters["of_states"] = static_cast<double>(unroll::bytes_per_step() * steps) /
                                static_cast<double>(P::state * sizeof(float) * n * steps);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n * steps));
}

void hierarchical_paper(benchmark::State& s) {
  window<hierarchical>(s, meta::meta_loss::paper(), true);
}
void hierarchical_forward(benchmark::State& s) {
  window<hierarchical>(s, meta::meta_loss::paper(), false);
}
void hierarchical_second(benchmark::State& s) {
  window<hierarchical>(s, {.jacobian = 1e-3, .second_derivatives = true}, true);
}
void tensor_averaged(benchmark::State& s) { window<tensor>(s, meta::meta_loss::averaged(), true); }
BENCHMARK(hierarchical_paper)->Unit(benchmark::kMillisecond);
BENCHMARK(hierarchical_forward)->Unit(benchmark::kMillisecond);
BENCHMARK(hierarchical_second)->Unit(benchmark::kMillisecond);
BENCHMARK(tensor_averaged)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
