// SPDX-License-Identifier: BSD-3-Clause
// Steps of learned optimizers beside Adam's, one core, one run.
//
// Claims: tensor_rnn takes at most 4 steps of Adam at 100,000 parameters, as its prior (d = ½) and
// with other exponents; a step that selects half of the parameters takes half as long within 15 %;
// horizon_rule, which learned::halo_rule is, takes at most 2.5 steps of Adam at 100,000 parameters;
// hierarchical_rnn takes 16 / 18 / 22 ns a parameter at 10 thousand / 100 thousand / 1 million.
// Rival: optim::adam, fused. Gradients and states are as in a run of some hundred steps.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/horizon_rule.hpp>
#include <halo/learned/lean.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/optim/adam.hpp>

namespace {

using namespace halo;

/// Two tensors of half the size, each a layer of its own.
template <std::size_t N>
struct halves {
  static constexpr std::size_t size = N, tensors = 2, layers = 2;
  static constexpr std::array<parameter_info, 2> table = [] {
    std::array<parameter_info, 2> t{};
    for (std::size_t i = 0; i < 2; ++i) {
      t[i].text = {'t', static_cast<char>('0' + i)};
      t[i].extents = {N / 2, 1, 0, 0};
      t[i].rank = 2;
      t[i].offset = i * N / 2;
      t[i].count = N / 2;
      t[i].layer = i;
    }
    return t;
  }();
};

template <class Rule, class Layout>
void run(benchmark::State& state, Rule const& rule, layer_mask mask, std::size_t selected) {
  using own_state = typename Rule::template state<Layout, float>;
  std::unique_ptr<own_state> const s(new own_state(rule.template init<Layout, float>()));
  constexpr std::size_t n = Layout::size, batches = 4;
  aligned_buffer<float> theta(n), gradient(n * batches);
  generator random(seed{1});
  for (std::size_t i = 0; i < n; ++i) theta[i] = 0.1F * random.normal();
  for (std::size_t i = 0; i < n * batches; ++i) gradient[i] = 0.01F * random.normal();
  optim::step_context<float> context;
  context.mask = mask;
  context.loss = 0.7;
  context.rows = 10000;
  std::size_t k = 0;
  for (auto _ : state) {
    float const* const g = gradient.data() + n * (k++ % batches);
    if (rule.step(theta.data(), g, *s, context) != optim::status::done)
      state.SkipWithError("the step was refused");
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(selected));
}

template <class Rule, std::size_t N>
void whole(benchmark::State& state, Rule const& rule = Rule()) {
  run<Rule, flat_layout<N>>(state, rule, layer_mask::all(), N);
}
template <class Rule, std::size_t N>
void half(benchmark::State& state, Rule const& rule = Rule()) {
  run<Rule, halves<N>>(state, rule, layer_mask::only(1), N / 2);
}
template <class Rule, std::size_t N>
void both_halves(benchmark::State& state, Rule const& rule = Rule()) {
  run<Rule, halves<N>>(state, rule, layer_mask::all(), N);
}

/// Outputs that are not zero: the exponents are no longer ½.
learned::tensor_rnn<> steered() {
  using program = learned::tensor_program<>;
  std::vector<float> weights(program::table.size);
  initialize(program::table, std::span<float>(weights), seed{3});
  generator random(seed{4});
  for (std::size_t i = 0; i < 32 * program::outputs; ++i)
    weights[program::table["output"] + i] = 0.1F * random.normal();
  return learned::tensor_rnn<>(weights);
}

template <std::size_t N>
void adam(benchmark::State& s) {
  whole<optim::adam, N>(s);
}
template <std::size_t N>
void horizon_rule(benchmark::State& s) {
  whole<learned::horizon_rule<>, N>(s);
}
template <std::size_t N>
void horizon_rule_without_pull(benchmark::State& s) {
  whole<learned::horizon_rule<float, false>, N>(s);
}
template <std::size_t N>
void lean_horizon_rule(benchmark::State& s) {
  whole<learned::lean<learned::horizon_rule<>>, N>(s);
}
template <std::size_t N>
void tensor_rnn(benchmark::State& s) {
  whole<learned::tensor_rnn<>, N>(s);
}
template <std::size_t N>
void tensor_rnn_steered(benchmark::State& s) {
  whole<learned::tensor_rnn<>, N>(s, steered());
}
template <std::size_t N>
void tensor_rnn_all(benchmark::State& s) {
  both_halves<learned::tensor_rnn<>, N>(s);
}
template <std::size_t N>
void tensor_rnn_half(benchmark::State& s) {
  half<learned::tensor_rnn<>, N>(s);
}
template <std::size_t N>
void hierarchical_rnn(benchmark::State& s) {
  whole<learned::hierarchical_rnn<>, N>(s);
}

#define HALO_OVER_SIZES(f)        \
  BENCHMARK_TEMPLATE(f, 10'000);  \
  BENCHMARK_TEMPLATE(f, 100'000); \
  BENCHMARK_TEMPLATE(f, 1'000'000)

HALO_OVER_SIZES(adam);
HALO_OVER_SIZES(horizon_rule);
HALO_OVER_SIZES(horizon_rule_without_pull);
HALO_OVER_SIZES(lean_horizon_rule);
HALO_OVER_SIZES(tensor_rnn);
HALO_OVER_SIZES(tensor_rnn_steered);
HALO_OVER_SIZES(tensor_rnn_all);
HALO_OVER_SIZES(tensor_rnn_half);
HALO_OVER_SIZES(hierarchical_rnn);

}  // namespace

BENCHMARK_MAIN();
