// SPDX-License-Identifier: BSD-3-Clause
// What a pull to the start and a schedule by the horizon are worth with few rows and the head kept.
//
// Claim: with a pull, Adam forgets less than without from 300 steps on, at either rate, and loses
// nothing before. Networks learned gases on five batches of sensors, or activities of fourteen
// wearers (with HALO_DATA), and adapt to so many rows of one that they have not seen.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <halo/halo.hpp>

#include "../support/few_rows.hpp"

namespace {

using namespace halo;

constexpr std::size_t batch = 32;

/// What a network knows, a few rows of another domain, and the others of it.
struct problem {
  data::dataset known, few, test;
};

template <class Domain>
problem left_out(data::dataset const& all, std::vector<Domain> const& domain, Domain out,
                 std::size_t rows, seed s) {
  std::vector<std::size_t> known, other, few, test;
  for (std::size_t i = 0; i < all.rows(); ++i) (domain[i] == out ? other : known).push_back(i);
  std::vector<std::uint32_t> order(other.size());
  generator(s, 1).permutation(order);
  for (std::size_t i = 0; i < other.size(); ++i) (i < rows ? few : test).push_back(other[order[i]]);
  problem p{support::rows_of(all, known), support::rows_of(all, few), support::rows_of(all, test)};
  data::standardizer const scale(p.known);
  scale.apply(p.known), scale.apply(p.few), scale.apply(p.test);
  return p;
}

struct gases {
  static constexpr std::size_t inputs = 128, outputs = 7;
  static std::vector<problem> all(std::size_t rows) {
    std::vector<problem> p;
    for (std::uint64_t s = 1; s <= 5; ++s)
      for (int const out : {3, 6})
        p.push_back(left_out(support::gases().samples, support::gases().batch, out, rows, seed{s}));
    return p;
  }
};
struct wearers {
  static constexpr std::size_t inputs = 1152, outputs = 7;
  static std::vector<problem> all(std::size_t rows) {
    std::vector<problem> p;
    for (int const out : {1, 5, 8, 11, 14})
      p.push_back(left_out(support::activities().samples, support::activities().subject, out, rows,
                           seed{1}));
    return p;
  }
};

template <class Data, class Optimizer>
void error_of(benchmark::State& state, Optimizer const& rule) {
  if (std::is_same_v<Data, wearers> && !support::has_activities()) {
    for (auto _ : state) state.SetLabel("skipped: HALO_DATA is unset");
    return;
  }
  using network =
      nn::sequential<nn::linear<Data::inputs, 32>, nn::relu, nn::linear<32, Data::outputs>>;
  using teacher = adapt::adapter<network, nn::cross_entropy, optim::adam, batch>;
  using device = adapt::adapter<network, nn::cross_entropy, Optimizer, batch>;
  constexpr std::uint64_t lengths[] = {10, 30, 100, 300, 1000};
  double none = 0, after[5] = {};
  for (auto _ : state)
    for (std::size_t const rows : {20U, 60U}) {
      auto const problems = Data::all(rows);
      for (problem const& p : problems) {
        auto const t = adapt::make<teacher>(optim::adam{}, seed{1});
        data::batches known(p.known, batch, seed{1});
        adapt::run(*t, known, {.iterations = 1000});
        double const share = 50 / static_cast<double>(problems.size());
        none += share * (1 - t->accuracy(p.test.x, p.test.y));
        auto const d = adapt::make<device>(rule, seed{1});
        for (std::size_t k = 0; k < 5; ++k) {
          d->assign(t->parameters());
          data::batches few(p.few, batch, seed{1});
          adapt::run(*d, few, {.iterations = lengths[k]});
          after[k] += share * (1 - d->accuracy(p.test.x, p.test.y));
        }
      }
    }
  state.counters["error_0"] = none;
  for (std::size_t k = 0; k < 5; ++k)
    state.counters["error_" + std::to_string(lengths[k])] = after[k];
}

template <class Data, int Pull, bool Scheduled>
void error_of_few_rows(benchmark::State& state) {
  float const rate = 1e-3F * static_cast<float>(state.range(0));
  optim::pulled const pulled(optim::adam{{.rate = rate}}, {.pull = Pull});
  if constexpr (Scheduled)
    error_of<Data>(state, optim::scheduled(pulled, optim::by_horizon{}));
  else
    error_of<Data>(state, pulled);
}
#define HALO_ARMS(data, pull, scheduled)                       \
  BENCHMARK_TEMPLATE(error_of_few_rows, data, pull, scheduled) \
      ->Arg(1)                                                 \
      ->Arg(10)                                                \
      ->Iterations(1)                                          \
      ->Unit(benchmark::kMillisecond)
HALO_ARMS(gases, 0, false);
HALO_ARMS(gases, 1, false);
HALO_ARMS(gases, 3, false);
HALO_ARMS(gases, 0, true);
HALO_ARMS(gases, 1, true);
HALO_ARMS(gases, 3, true);
HALO_ARMS(wearers, 0, false);
HALO_ARMS(wearers, 1, false);
HALO_ARMS(wearers, 3, false);
HALO_ARMS(wearers, 0, true);
HALO_ARMS(wearers, 1, true);
HALO_ARMS(wearers, 3, true);

}  // namespace

BENCHMARK_MAIN();
