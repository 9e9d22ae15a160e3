// SPDX-License-Identifier: BSD-3-Clause
// One iteration of a learned optimizer, its own arithmetic included, against one of dense Adam on
// 64 examples: the paper's HALO with its masks 10/30/50, and halo_rule with them and without.
//
// Asked: at most 1.0 on the CNNs and 1.5 on the MLPs, in operations and in time (the paper: 1.0 on
// recognised activities, 3.0 on gases, 3.75 on thyroid patients). Both step in turns; ratios are of
// sums over the run, idle iterations included.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/core/random.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/energy.hpp>
#include <halo/learned/halo_rule.hpp>
#include <halo/learned/paper_halo.hpp>
#include <halo/zoo/networks.hpp>

namespace {

using namespace halo;

constexpr std::size_t rows = 64;

template <class Network, class Optimizer, bool Masked>
void iteration(benchmark::State& state) {
  using policy = optim::selection;
  using learned = adapt::adapter<Network, nn::cross_entropy, Optimizer, rows, policy>;
  using plain = adapt::adapter<Network, nn::cross_entropy, optim::adam, rows, policy>;
  policy const masks = Masked ? policy::thirds(Network::layers) : policy::dense();
  auto const a = std::make_unique<learned>(Optimizer{}, seed{1}, masks);
  auto const b = std::make_unique<plain>(optim::adam{{.rate = 1e-9F}}, seed{1}, policy::dense());
  std::vector<float> x(rows * Network::inputs);
  std::vector<std::int32_t> t(rows);
  generator g(seed{1});
  for (float& v : x) v = g.normal();
  for (std::int32_t& v : t) v = static_cast<std::int32_t>(g.below(Network::outputs));
  energy::horowitz45 const chip;
  double seconds = 0, adam_seconds = 0, joules = 0, adam_joules = 0;
  stopwatch watch;
  for (auto _ : state) {
    watch.restart();
    adapt::report const r = a->step(x, t);
    double const one = watch.seconds();
    adapt::report const of_adam = b->step(x, t);
    adam_seconds += watch.seconds() - one;
    seconds += one;
    joules += energy::estimate<Network, Optimizer>(chip, r.decision, rows).total();
    adam_joules += energy::estimate<Network, optim::adam>(chip, of_adam.decision, rows).total();
  }
  state.counters["operations"] =
      static_cast<double>(a->totals().operations) / static_cast<double>(b->totals().operations);
  state.counters["horowitz45"] = joules / adam_joules;
  state.counters["time"] = seconds / adam_seconds;
}

template <class Network>
void all(char const* name) {
  using benchmark::RegisterBenchmark;
  std::string const n = name;
  RegisterBenchmark((n + "/paper_halo").c_str(), iteration<Network, learned::paper_halo, true>);
  RegisterBenchmark((n + "/halo_rule masked").c_str(),
                    iteration<Network, learned::halo_rule, true>);
  RegisterBenchmark((n + "/halo_rule").c_str(), iteration<Network, learned::halo_rule, false>);
}

}  // namespace

int main(int argc, char** argv) {
  all<zoo::cifar_cnn<>>("fig2b");
  all<zoo::deep_cifar_cnn<>>("fig2c");
  all<zoo::activity_cnn_lstm<>>("activity");
  all<zoo::thyroid_mlp<>>("thyroid");
  all<zoo::gas_sensor_mlp<129>>("gas");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
