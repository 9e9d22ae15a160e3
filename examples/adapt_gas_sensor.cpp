// SPDX-License-Identifier: BSD-3-Clause
// A network that was trained on three gases adapts to three others that it never saw, from raw
// files of the Gas Sensor Array Drift data, in 10 to 3000 steps: halo, dense, with layer masks and
// in stages, beside hand-made optimizers at one setting and at the best of some; with all labelled
// examples and with five of each gas.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/data.hpp>
#include <halo/learned/halo_rule.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/nn/summary.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/momentum.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/zoo/networks.hpp>

#include "experiment/subject.hpp"
#include "support/arguments.hpp"
#include "support/plot.hpp"
#include "support/progress.hpp"
#include "support/public_data.hpp"

namespace {

using namespace halo;
using experiment::rule, experiment::point;
using support::materials;

using network = zoo::gas_sensor_mlp<>;

struct settings {
  std::string data = "examples/data/gas_sensor", plot = "adapt_gas_sensor.svg";
  std::uint64_t seed = 0, pretraining = 1000, iterations = 1000;
  std::size_t seeds = 5;
  std::vector<std::uint64_t> lengths{};  ///< of the runs
};

/// How a device meets the new gases.
struct scene {
  char const* title;
  std::size_t rows;  ///< labelled ones of every gas; 0: all there are
  bool start_head;   ///< the new head is made of them, else drawn
};

/// Ethanol, ethylene and ammonia, then acetaldehyde, acetone and toluene.
materials three_and_three(data::dataset const& all, scene const& s, std::uint64_t number) {
  auto known = data::stratified_split(data::select_classes(all, {1, 2, 3}), 0.25, seed{number});
  auto fresh = data::stratified_split(data::select_classes(all, {4, 5, 6}), 0.25, seed{number});
  if (s.rows > 0) fresh.train = data::few_of_each_class(fresh.train, s.rows, seed{number});
  data::standardize(known);
  data::standardize(fresh);
  materials m = support::both_domains(std::move(known), std::move(fresh));
  m.redraw_head = true;  // other classes: the last layer starts anew
  m.start_head = s.start_head;
  return m;
}

settings read_arguments(int count, char** argument) {
  constexpr char const* usage =
      "usage: adapt_gas_sensor [--data DIR] [--plot FILE] [--seed N] [--seeds N] [--pretrain N]\n"
      "  [--iterations N] [--quick]\n\n"
      "DIR holds batch1.dat ... of the Gas Sensor Array Drift data; an excerpt lies in\n"
      "examples/data/gas_sensor. Seeds are --seed and those behind it. --quick: one seed, 300\n"
      "iterations, seconds.\n";
  settings s;
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--quick")) {
      s.seeds = 1;
      s.pretraining = 200;
      s.iterations = 300;
    } else if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--plot")) {
      s.plot = in.value();
    } else if (in.is("--seed")) {
      s.seed = in.number(0);
    } else if (in.is("--seeds")) {
      s.seeds = in.number();
    } else if (in.is("--pretrain")) {
      s.pretraining = in.number();
    } else if (in.is("--iterations")) {
      s.iterations = in.number();
    } else {
      in.refuse();
    }
  }
  for (std::uint64_t const c : {0U, 10U, 30U, 100U, 300U, 1000U, 3000U})
    if (c < s.iterations) s.lengths.push_back(c);
  s.lengths.push_back(s.iterations);
  return s;
}

/// Where the runs of an optimizer ended, by length and seed.
struct row {
  std::string name, layers;
  std::vector<std::vector<point>> ends;
  std::size_t color = 0;

  /// Mean and deviation over the seeds.
  template <class Value>
  [[nodiscard]] std::pair<double, double> over_seeds(std::size_t length, Value value) const {
    double mean = 0, deviation = 0;
    auto const n = static_cast<double>(ends[length].size());
    for (point const& p : ends[length]) mean += value(p) / n;
    for (point const& p : ends[length])
      deviation += n > 1 ? std::pow(value(p) - mean, 2) / (n - 1) : 0;
    return {mean, std::sqrt(deviation)};
  }
  [[nodiscard]] double accuracy(std::size_t length) const {
    return over_seeds(length, [](point const& p) { return p.averaged; }).first;
  }
};

/// The optimizers that are compared, each in its own way for a run of so many steps.
experiment::any_optimizer optimizer_of(experiment::arm const& a, std::uint64_t steps,
                                       std::uint64_t) {
  auto const any = [](auto o) { return experiment::any_optimizer::of<network::layout>(o); };
  std::uint64_t const warm_up = steps / 10;
  switch (a.of) {
    case rule::momentum:
      return any(optim::momentum{{.rate = a.rate}});
    case rule::adam:
      return any(optim::adam{{.rate = a.rate}});
    case rule::adamw_cosine:  // warms up for a tenth of the run and falls to nothing
      return any(optim::scheduled(
          optim::adamw(a.rate, 0.01F),
          optim::cosine{.steps = std::max<std::uint64_t>(steps - warm_up, 1), .warm_up = warm_up}));
    default:
      return any(learned::pretrained::best_horizon_rule());
  }
}

/// One scene: every length is a run of its own, whose length the optimizer is told.
class contest {
 public:
  contest(scene const& what, data::dataset const& gas, settings const& s)
      : s_(s), bar_(3 * rates.size() + 3), subject_(optimizer_of, [&](std::uint64_t number) {
          return three_and_three(gas, what, number);
        }) {
    hand_made("momentum", rule::momentum, 1e-2F);
    hand_made("adam", rule::adam, 3e-3F);
    hand_made("adamw, cosine", rule::adamw_cosine, 3e-3F);
    std::size_t const color = color_;
    add(with("halo", "all", {rule::own}), color);
    add(with("halo", "10/30/50", {rule::own, 0, "10-30-50"}), color);
    add(with("halo", "staged", {rule::own, 0, "gate, deepening"}), color + 1);
    bar_.finish();
  }

  void print(char const* title) const {
    std::printf("\n%s.\nAccuracy on held-out ones at averaged weights, %zu seed%s (%%)\n\n", title,
                s_.seeds, s_.seeds == 1 ? "" : "s, mean ± deviation");
    std::printf("%-24s %-8s", "optimizer", "layers");
    for (std::uint64_t const l : s_.lengths)
      std::printf("  %12s", (std::to_string(l) + " it.").c_str());
    std::printf("  %5s %9s %8s\n", "raw", "Mop", "mJ");
    for (row const& r : rows_) {
      std::printf("%-24s %-8s", r.name.c_str(), r.layers.c_str());
      for (std::size_t l = 0; l < s_.lengths.size(); ++l) {
        auto const [m, d] = r.over_seeds(l, [](point const& p) { return 100 * p.averaged; });
        s_.seeds > 1 ? std::printf("  %5.1f ± %4.1f", m, d) : std::printf("  %12.1f", m);
      }
      auto const end = [&](auto value) { return r.over_seeds(s_.lengths.size() - 1, value).first; };
      std::printf("  %5.1f %9.1f %8.2f\n", end([](point const& p) { return 100 * p.accuracy; }),
                  end([](point const& p) {
                    return static_cast<double>(p.network_operations + p.optimizer_operations) *
                           1e-6;
                  }),
                  end([](point const& p) { return p.joules.total() * 1e3; }));
    }
  }

  void save_plot() const {
    support::plot picture("Adapting to three new gases", "iterations of a run",
                          "held-out accuracy (logarithmic in the error)");
    for (row const& r : rows_) {
      if (r.layers == "10/30/50") continue;
      support::curve c{
          r.name + (r.layers == "all" ? "" : ", " + r.layers), {}, {}, r.color, r.layers != "all"};
      for (std::size_t l = 1; l < s_.lengths.size(); ++l) {
        c.x.push_back(static_cast<double>(s_.lengths[l]));
        c.y.push_back(r.accuracy(l));
      }
      picture.add(std::move(c));
    }
    picture.save(s_.plot);
    std::printf("plot: %s\n", s_.plot.c_str());
  }

 private:
  static constexpr std::array rates{3e-4F, 1e-3F, 3e-3F, 1e-2F, 3e-2F};

  [[nodiscard]] row with(std::string const& name, char const* layers, experiment::arm const& a) {
    bar_.phase(name + ", layers " + layers, part_++);
    row r{name, layers, {s_.lengths.size(), std::vector<point>(s_.seeds)}};
    meta::for_each_parallel(s_.lengths.size() * s_.seeds,
                            std::max(1U, std::thread::hardware_concurrency()), [&](std::size_t i) {
                              std::size_t const length = s_.lengths.size() - 1 - i / s_.seeds,
                                                seed = i % s_.seeds;
                              r.ends[length][seed] = subject_
                                                         .run({.network = "gas",
                                                               .with = a,
                                                               .pretraining = s_.pretraining,
                                                               .checkpoints = {s_.lengths[length]},
                                                               .seed = s_.seed + seed})
                                                         .points.back();
                            });
    return r;
  }
  void add(row r, std::size_t color) {
    r.color = color;
    rows_.push_back(std::move(r));
  }
  /// At one rate, and at the best of all for each length, found in hindsight.
  void hand_made(std::string const& name, rule of, float fixed) {
    std::vector<row> all;
    for (float const rate : rates) {
      char text[64];
      std::snprintf(text, sizeof text, "%s %g", name.c_str(), static_cast<double>(rate));
      all.push_back(with(text, "all", {of, rate}));
      if (rate == fixed) add(all.back(), color_++);
    }
    row best = all.front();
    best.name = name + ", best of " + std::to_string(all.size());
    for (std::size_t l = 0; l < s_.lengths.size(); ++l)
      for (row const& r : all)
        if (r.accuracy(l) > best.accuracy(l)) best.ends[l] = r.ends[l];
    add(std::move(best), color_++);
  }

  settings const& s_;
  support::progress bar_;
  experiment::subject_of<network, true> subject_;
  std::vector<row> rows_;
  std::size_t part_ = 0, color_ = 0;
};

void run(settings const& s) {
  constexpr scene scenes[]{
      {"All labelled examples of three new gases, a new head drawn at random", 0, false},
      {"Five labelled examples of each new gas, a new head drawn at random", 5, false},
      {"Five labelled examples of each new gas, the new head made of them by start_head", 5, true},
  };
  stopwatch const clock;
  auto const gas = data::load_gas_sensor(s.data);
  std::printf("%s: %zu rows\n%s\n", s.data.c_str(), gas.samples.rows(),
              nn::summary<network>().c_str());
  std::printf("adapter with halo: %zu bytes, all of them\n",
              sizeof(adapt::adapter<network, nn::cross_entropy, learned::halo_rule, 64>));
  for (scene const& one : scenes) {
    contest const c(one, gas.samples, s);
    c.print(one.title);
    if (&one == scenes) c.save_plot();
  }
  std::printf(
      "\nEach column is a run of its own, of a length its optimizer is told.  best of: the rate "
      "of\n"
      "each column is chosen in hindsight.  staged: from the head down, then the hardest quarter\n"
      "of each mini-batch once it is easy.  raw: the last column at the weights themselves.\n"
      "10/30/50: a step updates the lowest third of the layers with 10 %%, the middle with 30 %%,\n"
      "the last with 50 %% probability.\n"
      "Mop: million multiply-adds of the whole run, the optimizer's arithmetic included; mJ: what\n"
      "a model of a 45 nm processor gives them.\n"
      "The numbers of halo were evolved on adaptations to these gases, too: compare_regret has\n"
      "families that they were not.\n");
  std::printf("%.1f s in all\n", clock.seconds());
}

}  // namespace

int main(int count, char** argument) {
  try {
    run(read_arguments(count, argument));
  } catch (error const& e) {
    std::fprintf(stderr, "adapt_gas_sensor: %s\n", e.what());
    return 1;
  }
}
