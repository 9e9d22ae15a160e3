// SPDX-License-Identifier: BSD-3-Clause
// Which share of their time ranks work that share the runs of an evolution: a model on paper.
//
// Claim: dealing by what earlier runs took keeps them busier than dealing in turn. Runs are those
// that meta::sampling draws, 10 to 3000 steps of 16, 32 or 64 examples; a step takes one of twelve
// problems up to twenty times as long as another. `busy` is the mean time of a rank over the
// longest's, `speed` that many times the ranks: how many of them the others are worth; exchange and
// start-up cost nothing here (meta_ranks_bench).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include <halo/meta/dealing.hpp>
#include <halo/meta/problem.hpp>
#include <halo/meta/whole_runs.hpp>
#include <halo/optim/momentum.hpp>

namespace {

using namespace halo;
using place = meta::problem<optim::momentum>;
constexpr std::size_t problems = 12;

/// Of which nothing but the sizes of runs is asked.
struct sized : place {
  sized() : place("sized", meta::origin::kept_head) {}
  std::size_t available() const override { return 2000; }
  std::vector<meta::standing> run(any_rule const&, meta::episode const&,
                                  std::span<std::uint64_t const> at) const override {
    return std::vector<meta::standing>(at.size());
  }
};

enum class way : std::uint8_t { in_turn, by_amount, by_seconds };

/// The time of the longest rank in an update and that of all.
struct spent {
  double longest = 0, all = 0;
};

spent share_out(std::vector<std::vector<std::size_t>> const& hands,
                std::vector<double> const& seconds) {
  spent s;
  for (auto const& hand : hands) {
    double sum = 0;
    for (std::size_t const job : hand) sum += seconds[job];
    s.longest = std::max(s.longest, sum);
    s.all += sum;
  }
  return s;
}

std::vector<std::vector<std::size_t>> in_turn(std::size_t jobs, std::size_t ranks) {
  std::vector<std::vector<std::size_t>> hands(ranks);
  for (std::size_t j = 0; j < jobs; ++j) hands[j % ranks].push_back(j);
  return hands;
}

void busy_share(benchmark::State& state) {
  auto const how = static_cast<way>(state.range(0));
  auto const ranks = static_cast<std::size_t>(state.range(1));
  meta::whole_run_options options;
  options.pairs = static_cast<std::size_t>(state.range(2));
  std::vector<std::shared_ptr<place const>> places(problems, std::make_shared<sized>());
  spent sum;
  for (auto _ : state) {
    meta::whole_runs<optim::momentum, optim::momentum> training({}, options, places);
    meta::dealing by;
    std::vector<double> const outcomes(training.jobs(), 0.5);
    for (std::uint64_t update = 0; update < 40; ++update) {
      std::vector<meta::work> plan;
      std::vector<double> seconds;
      for (std::size_t j = 0; j < training.jobs(); ++j) {
        plan.push_back(training.planned(j));
        double const slow = static_cast<double>(plan.back().kind) / (problems - 1);
        seconds.push_back(plan.back().amount * (1 + 19 * slow * slow));
      }
      auto const hands = how == way::in_turn ? in_turn(plan.size(), ranks) : by.hands(plan, ranks);
      spent const s = share_out(hands, seconds);
      if (update >= 10) sum.longest += s.longest, sum.all += s.all;
      if (how == way::by_seconds) by.learn(plan, seconds);
      (void)training.learn(outcomes);
    }
  }
  state.counters["busy"] = sum.all / sum.longest / static_cast<double>(ranks);
  state.counters["speed"] = sum.all / sum.longest;
  state.SetLabel(how == way::in_turn     ? "in turn"
                 : how == way::by_amount ? "by their amounts"
                                         : "by what earlier ones took");
}
BENCHMARK(busy_share)
    ->ArgsProduct({{0, 1, 2}, {2, 4, 16}, {24}})
    ->ArgsProduct({{2}, {16, 64, 256, 1000}, {240}})
    ->ArgsProduct({{2}, {256, 1000}, {2400}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
