// SPDX-License-Identifier: BSD-3-Clause
// Evolution by several processes beside the same by threads of one. Run it by mpirun:
//
//     mpirun -n 2 build/benchmarks/meta_ranks_bench
//
// Claims: an update by so many ranks takes the time of one by as many threads, and what is
// exchanged takes less than a thousandth of it. All ranks go through the same entries; the first
// prints.
#include <benchmark/benchmark.h>

#include <halo/meta/ranks.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <halo/meta/grid.hpp>
#include <halo/meta/problem.hpp>
#include <halo/meta/whole_runs.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/adam.hpp>
#include <halo/task/few_rows.hpp>
#include <halo/task/teacher.hpp>

namespace {

using namespace halo;
using place = meta::problem<optim::adam>;
using training = meta::whole_runs<optim::adam, optim::adam>;

/// Those of this program.
meta::ranks* all = nullptr;

template <std::size_t Width>
std::shared_ptr<place const> learned_from_nothing(seed s) {
  using network = nn::sequential<nn::linear<20, Width>, nn::relu, nn::linear<Width, Width>,
                                 nn::relu, nn::linear<Width, 4>>;
  using task_type = task::few_rows<network, nn::cross_entropy>;
  auto const made =
      task::make_teacher({.rows = 2000, .held_out = 600, .features = 20, .classes = 4}, s);
  auto split = std::make_shared<typename task_type::split const>(made->train, made->held_out);
  return meta::make_problem<optim::adam>("from nothing", task_type(std::move(split), {}, {}));
}

/// As halo-evolve-rule has them by default, on small problems; runs of at most so many steps.
training evolution(std::size_t threads) {
  meta::whole_run_options how{.threads = threads};
  how.episodes = {.longest_run = 1000, .draws = seed{1}};
  return {optim::adam{}, how, {learned_from_nothing<16>({1}), learned_from_nothing<64>({2})}};
}

void by_threads(benchmark::State& state) {
  training t = evolution(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    if (all->first()) benchmark::DoNotOptimize(t.update());
    MPI_Barrier(MPI_COMM_WORLD);
  }
}
void by_ranks(benchmark::State& state) {
  training t = evolution(1);
  double const ran = all->running(), waited = all->waiting();
  for (auto _ : state) benchmark::DoNotOptimize(all->update(t));
  state.counters["waited"] =
      (all->waiting() - waited) / (all->waiting() - waited + all->running() - ran);
}

/// Whose runs take no time.
struct nothing : place {
  nothing() : place("nothing", meta::origin::nothing) {}
  std::size_t available() const override { return 600; }
  std::vector<meta::standing> run(any_rule const&, meta::episode const&,
                                  std::span<std::uint64_t const> at) const override {
    return std::vector<meta::standing>(at.size(), {.error = 0.5, .raw_error = 0.5, .loss = 1});
  }
};
void exchange_alone(benchmark::State& state) {
  meta::whole_run_options how;
  how.pairs = static_cast<std::size_t>(state.range(0));
  training t(optim::adam{}, how, {std::make_shared<nothing>()});
  double const waited = all->waiting();
  std::uint64_t updates = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(all->update(t));
    ++updates;
  }
  state.counters["microseconds"] = 1e6 * (all->waiting() - waited) / static_cast<double>(updates);
  state.counters["bytes"] = static_cast<double>(24 * t.jobs() + 24 * all->size());
}

BENCHMARK(by_threads)->Arg(1)->Arg(2)->Iterations(8)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(by_ranks)->Iterations(8)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(exchange_alone)
    ->Arg(24)
    ->Arg(240)
    ->Arg(2400)
    ->Iterations(100)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

/// Says nothing.
struct silent : benchmark::BenchmarkReporter {
  bool ReportContext(Context const&) override { return true; }
  void ReportRuns(std::vector<Run> const&) override {}
};

}  // namespace

int main(int count, char** arguments) {
  meta::ranks ranks;
  all = &ranks;
  benchmark::Initialize(&count, arguments);
  silent none;
  if (ranks.first())
    benchmark::RunSpecifiedBenchmarks();
  else
    benchmark::RunSpecifiedBenchmarks(&none);
}
