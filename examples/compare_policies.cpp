// SPDX-License-Identifier: BSD-3-Clause
// What should a step touch, and how many examples should it see? Policies and sizes of mini-batches
// at equal operations: each run may spend what 1000 dense steps of 64 examples cost, the
// optimizer's arithmetic included, and is looked at on its way there. Adam has the best rate of a
// grid; tensor_rnn is not trained, so it is its prior, and has no rate to choose.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

#include "support/arguments.hpp"
#include "support/plot.hpp"
#include "support/progress.hpp"

namespace {

using namespace halo;

template <std::size_t Gases>
using network = nn::sequential<nn::linear<128, 32>, nn::relu, nn::linear<32, 32>, nn::relu,
                               nn::linear<32, Gases>>;
using adam = optim::averaged<optim::adam>;
using prior = optim::averaged<learned::tensor_rnn<>>;
template <class Network, class Rule, class Policy>
using device = adapt::adapter<Network, nn::cross_entropy, Rule, 64, Policy>;

constexpr std::array<double, 7> shares{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0};

struct settings {
  std::string data = "examples/data/gas_sensor";
  std::string plot = "compare_policies.svg";
  std::size_t seeds = 10;
  std::uint64_t iterations = 1000;                ///< dense steps of 64 that a run may cost
  std::vector<float> rates{1e-3F, 3e-3F, 1e-2F};  ///< of Adam
};

/// One seed's world: what the network knew, and what it is to learn.
struct world {
  data::dataset train, test;
  std::vector<float> parameters;
};

/// Held-out accuracy at one share of the budget, at the parameters and at their average.
struct point {
  double raw = 0, averaged = 0;
};
using run_points = std::array<point, shares.size()>;

struct arm {
  std::string name;
  bool dense = false;
  std::vector<std::vector<run_points>> runs;  ///< [rate][seed]
};

/// A problem in which something has to be learned again, one world a seed.
template <std::size_t Gases>
struct problem {
  std::string title;
  std::vector<world> worlds;
};

/// All arms of one optimizer on a problem.
struct contest {
  std::string title;
  std::vector<float> rates;
  std::vector<arm> arms;
  std::uint64_t operations = 0;  ///< the whole budget
};

template <class Network>
world pretrain(data::dataset_split known, data::dataset_split fresh, std::uint64_t number,
               bool new_head) {
  data::standardizer(known.train).apply(known.train);
  data::standardizer const scale(fresh.train);
  scale.apply(fresh.train);
  scale.apply(fresh.test);
  auto teacher = std::make_unique<device<Network, adam, optim::selection>>(adam{}, seed{number});
  data::batches stream(known.train, 64, seed{number});
  adapt::run(*teacher, stream, adapt::budget{.iterations = 1000});
  if (new_head) teacher->redraw_head(seed{number + 1000});
  auto const theta = teacher->parameters();
  return {std::move(fresh.train), std::move(fresh.test), {theta.begin(), theta.end()}};
}

/// One run to the end of the budget.
template <class Network, class Rule, class Policy>
run_points adapt_once(std::uint64_t operations, world const& w, std::size_t number,
                      Rule const& rule, Policy const& policy, std::size_t batch) {
  auto d =
      std::make_unique<device<Network, Rule, Policy>>(rule, w.parameters, seed{number}, policy);
  d->set_training_rows(w.train.rows());
  data::batches stream(w.train, batch, seed{number + 2000});
  run_points points;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    auto const end = static_cast<std::uint64_t>(shares[i] * static_cast<double>(operations));
    std::uint64_t const spent = d->totals().operations;
    if (spent < end) adapt::run(*d, stream, adapt::budget{.operations = end - spent});
    points[i] = {.raw = d->accuracy(w.test.x, w.test.y, adapt::weights::raw),
                 .averaged = d->accuracy(w.test.x, w.test.y)};
  }
  auto const all = layer_mask::all(Network::layers);
  auto const step = adapt::operations<Network, Rule>({.layers = all}, 64);
  if (d->totals().operations < operations || d->totals().operations >= operations + step) {
    fail("compare_policies", "operations spent", std::to_string(operations),
         std::to_string(d->totals().operations));
  }
  return points;
}

/// Mean over the seeds at one share, in percent.
double mean(std::vector<run_points> const& runs, std::size_t share, bool averaged) {
  double sum = 0;
  for (run_points const& r : runs) sum += averaged ? r[share].averaged : r[share].raw;
  return 100 * sum / static_cast<double>(runs.size());
}

/// The rate with the best mean over all shares: one for a whole run, as a user has to choose it.
std::size_t best_rate(arm const& a, bool averaged) {
  std::size_t best = 0;
  double highest = -1;
  for (std::size_t r = 0; r < a.runs.size(); ++r) {
    double sum = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) sum += mean(a.runs[r], i, averaged);
    if (sum > highest) highest = sum, best = r;
  }
  return best;
}

/// The best dense batch size at one share, each size with its own rate.
double best_dense(std::vector<arm> const& arms, std::size_t share, bool averaged) {
  double best = 0;
  for (arm const& a : arms) {
    if (a.dense) best = std::max(best, mean(a.runs[best_rate(a, averaged)], share, averaged));
  }
  return best;
}

template <class Rule>
Rule rule_of(float rate) {
  if constexpr (std::is_same_v<Rule, adam>)
    return Rule{optim::adam{{.rate = rate}}};
  else
    return Rule{};
}

template <class Rule, std::size_t Gases>
contest run_arms(problem<Gases> const& p, settings const& s, support::progress& bar,
                 std::size_t& part) {
  constexpr std::size_t layers = network<Gases>::layers;
  contest c;
  bool const is_adam = std::is_same_v<Rule, adam>;
  c.title = p.title + ", " + (is_adam ? "Adam" : "tensor_rnn, untrained");
  c.rates = is_adam ? s.rates : std::vector<float>{0.0F};
  c.operations = s.iterations *
                 adapt::operations<network<Gases>, Rule>({.layers = layer_mask::all(layers)}, 64);
  auto const add = [&](std::string const& name, auto const& policy, std::size_t batch,
                       bool dense = false) {
    arm a{name, dense, {}};
    for (float const rate : c.rates) {
      a.runs.emplace_back();
      for (std::size_t i = 0; i < p.worlds.size(); ++i) {
        bar.phase(c.title + ": " + name, part++);
        a.runs.back().push_back(adapt_once<network<Gases>>(c.operations, p.worlds[i], i,
                                                           rule_of<Rule>(rate), policy, batch));
      }
    }
    c.arms.push_back(std::move(a));
  };
  auto const all = optim::selection::dense();
  auto const masks = optim::selection::thirds(layers);
  optim::deepening const a1{.begin = optim::start_depth::head}, a3{};
  optim::fixed_stages const g1{.operations = c.operations};
  for (std::size_t const b : {64U, 32U, 16U, 8U}) add("dense " + std::to_string(b), all, b, true);
  add("masks 10/30/50, 64", masks, 64);
  add("masks 10/30/50, 16", masks, 16);
  add("masks, at least one, 16", masks.at_least_one(), 16);
  add("random depth, 16", optim::depth_cut::uniform(layers), 16);
  add("gate alone, 16", optim::gated<>{{.begin = optim::start_depth::all}}, 64);
  add("G1 fixed stages", g1, 64);
  add("G1 + gate", optim::gated<optim::fixed_stages>{g1}, 64);
  add("A1 deepening", a1, 64);
  add("A1 + gate", optim::gated<>{a1}, 64);
  add("A3 deepening", a3, 64);
  add("A3 + gate", optim::gated<>{a3}, 64);
  return c;
}

void print_table(contest const& c, std::size_t seeds, bool averaged) {
  std::printf("\n%s: %s weights, %zu seed%s, 100 %% = %.0f million multiply-adds\n\n",
              c.title.c_str(), averaged ? "averaged" : "raw", seeds, seeds == 1 ? "" : "s",
              static_cast<double>(c.operations) * 1e-6);
  std::printf("| policy, mini-batch | rate |");
  for (double const share : shares) std::printf(" %g %% |", 100 * share);
  std::printf("\n|---|---|---|---|---|---|---|---|---|\n");
  for (arm const& a : c.arms) {
    std::size_t const r = best_rate(a, averaged);
    std::printf("| %s | ", a.name.c_str());
    if (c.rates[r] > 0) std::printf("%g", static_cast<double>(c.rates[r]));
    std::printf(" |");
    for (std::size_t i = 0; i < shares.size(); ++i) {
      double const m = mean(a.runs[r], i, averaged);
      if (a.dense)
        std::printf(" %.1f |", m);
      else
        std::printf(" %.1f (%+.1f) |", m, m - best_dense(c.arms, i, averaged));
    }
    std::printf("\n");
  }
}

void save_plot(contest const& p, settings const& s) {
  support::plot picture("Policies at equal operations: " + p.title,
                        "million multiply-adds, the optimizer's included",
                        "held-out accuracy (logarithmic in the error)");
  std::size_t color = 0;
  for (arm const& a : p.arms) {
    bool const shown = a.dense || a.name == "masks 10/30/50, 64" ||
                       a.name == "masks 10/30/50, 16" || a.name == "A1 + gate" ||
                       a.name == "A3 + gate";
    if (!shown) continue;
    support::curve line{.name = a.name, .x = {}, .y = {}, .color = color++, .dashed = !a.dense};
    for (std::size_t i = 0; i < shares.size(); ++i) {
      line.x.push_back(shares[i] * static_cast<double>(p.operations) * 1e-6);
      line.y.push_back(mean(a.runs[best_rate(a, true)], i, true) / 100);
    }
    picture.add(std::move(line));
  }
  picture.save(s.plot);
  std::printf("\nplot: %s\n", s.plot.c_str());
}

/// The rows of some batch files, with labels 0 ... 5.
data::dataset batches_of(data::gas_sensor const& gas, std::vector<std::int32_t> const& numbers) {
  auto d = data::select(gas.samples, data::rows_where(gas.batch, numbers));
  return data::select_classes(d, {1, 2, 3, 4, 5, 6});
}

settings read_arguments(int count, char** argument) {
  constexpr char const* usage =
      "usage: compare_policies [--data DIR] [--plot FILE] [--seeds N] [--quick]\n\n"
      "DIR holds batch1.dat ... of the Gas Sensor Array Drift data; an excerpt lies\n"
      "in examples/data/gas_sensor. --quick: one seed, one rate, a second.\n";
  settings s;
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--quick")) {
      s.seeds = 1;
      s.iterations = 100;
      s.rates = {3e-3F};
    } else if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--plot")) {
      s.plot = in.value();
    } else if (in.is("--seeds")) {
      s.seeds = in.number();
    } else {
      in.refuse();
    }
  }
  return s;
}

void run(settings const& s) {
  auto const gas = data::load_gas_sensor(s.data);
  constexpr std::size_t arms = 15;
  support::progress bar(s.seeds * (s.rates.size() + 1) * 3 * arms);
  std::size_t part = 0;
  auto const split = [](data::dataset const& d, std::uint64_t n) {
    return data::stratified_split(d, 0.25, seed{n});
  };
  problem<3> fresh, kept;
  problem<6> drift;
  fresh.title = "three new gases, new head";
  kept.title = "three new gases, head kept";
  drift.title = "drift, batches 1-3 to 4-6, head kept";
  for (std::uint64_t n = 0; n < s.seeds; ++n) {
    bar.phase("pre-train", part);
    auto const old = split(data::select_classes(gas.samples, {1, 2, 3}), n);
    auto const other = split(data::select_classes(gas.samples, {4, 5, 6}), n);
    fresh.worlds.push_back(pretrain<network<3>>(old, other, n, true));
    kept.worlds.push_back(pretrain<network<3>>(old, other, n, false));
    drift.worlds.push_back(pretrain<network<6>>(split(batches_of(gas, {1, 2, 3}), n),
                                                split(batches_of(gas, {4, 5, 6}), n), n, false));
  }
  std::vector<contest> const contests{
      run_arms<adam>(fresh, s, bar, part), run_arms<adam>(kept, s, bar, part),
      run_arms<adam>(drift, s, bar, part), run_arms<prior>(fresh, s, bar, part),
      run_arms<prior>(kept, s, bar, part), run_arms<prior>(drift, s, bar, part)};
  bar.finish();
  std::printf("%s: %zu rows. Accuracy in %%, in brackets points above the best dense size.\n",
              s.data.c_str(), gas.samples.rows());
  for (bool const averaged : {true, false}) {
    for (contest const& c : contests) print_table(c, s.seeds, averaged);
  }
  save_plot(contests[4], s);
  std::printf("%.1f s in all\n", bar.seconds());
}

}  // namespace

int main(int count, char** argument) {
  try {
    run(read_arguments(count, argument));
  } catch (error const& e) {
    std::fprintf(stderr, "compare_policies: %s\n", e.what());
    return 1;
  }
}
