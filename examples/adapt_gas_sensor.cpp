// SPDX-License-Identifier: BSD-3-Clause
// A network that was trained on three gases adapts to three others that it never saw, from raw
// files of the Gas Sensor Array Drift data, with learned and hand-crafted optimizers, dense, with
// layer masks and in stages.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/learned.hpp>
#include <halo/learned/pretrained/leaky_hierarchical_rnn.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

#include "support/plot.hpp"
#include "support/progress.hpp"

namespace {

using namespace halo;

using network =
    nn::sequential<nn::linear<128, 30>, nn::relu, nn::linear<30, 30>, nn::relu, nn::linear<30, 3>>;
constexpr std::size_t batch_size = 64;

template <class Optimizer, class Policy = optim::selection>
using device = adapt::adapter<network, nn::cross_entropy, Optimizer, batch_size, Policy>;

struct settings {
  std::string data = "examples/data/gas_sensor";
  std::string plot = "adapt_gas_sensor.svg";
  std::size_t seeds = 5;
  std::uint64_t pretraining = 1000;
  std::uint64_t iterations = 3000;
};

/// One seed's world: what the network knew, and what it is to learn.
struct world {
  data::dataset train, test;
  std::vector<float> parameters;
  double known = 0;  ///< held-out accuracy on the gases of the pre-training
  std::uint64_t number = 0;
};

/// Accuracy at the averaged weights and at the weights themselves, loss and cost of one arm at one
/// checkpoint.
struct point {
  double accuracy = 0, raw = 0, loss = 0, operations = 0, layers = 0, seconds = 0;
};

struct arm {
  std::string name, scheme;
  std::size_t color = 0;
  bool plotted = false;
  std::vector<std::vector<point>> runs;  ///< [seed][checkpoint]
};

std::vector<std::uint64_t> checkpoints(std::uint64_t last) {
  std::vector<std::uint64_t> at{0};
  for (std::uint64_t const c : {10U, 20U, 40U, 70U, 120U, 250U, 500U, 1000U, 2000U, 3000U}) {
    if (c < last) at.push_back(c);
  }
  at.push_back(last);
  return at;
}

/// Pre-trains on ethanol, ethylene and ammonia, and prepares acetaldehyde, acetone and toluene.
world prepare(data::dataset const& all, settings const& s, std::uint64_t number) {
  auto known = data::stratified_split(data::domain(all, {1, 2, 3}), 0.25, seed{number});
  auto fresh = data::stratified_split(data::domain(all, {4, 5, 6}), 0.25, seed{number});
  data::standardizer const known_scale(known.train);
  known_scale.apply(known.train);
  known_scale.apply(known.test);
  data::standardizer const scale(fresh.train);
  scale.apply(fresh.train);
  scale.apply(fresh.test);

  auto teacher = std::make_unique<device<optim::adam>>(optim::adam{}, seed{number});
  data::batches stream(known.train, batch_size, seed{number});
  adapt::run(*teacher, stream, adapt::budget{.iterations = s.pretraining});
  world w;
  w.known = teacher->accuracy(known.test.x, known.test.y);
  teacher->redraw_head(seed{number + 1000});  // other classes: the last layer starts anew
  w.parameters.assign(teacher->parameters().begin(), teacher->parameters().end());
  w.train = std::move(fresh.train);
  w.test = std::move(fresh.test);
  w.number = number;
  return w;
}

template <class Optimizer, class Policy>
std::vector<point> adapt_once(world const& w, settings const& s, Optimizer const& optimizer,
                              Policy const& policy) {
  auto d =
      std::make_unique<device<Optimizer, Policy>>(optimizer, w.parameters, seed{w.number}, policy);
  d->training_rows(w.train.rows());
  data::batches stream(w.train, batch_size, seed{w.number + 2000});
  std::vector<point> points;
  double seconds = 0;
  std::uint64_t done = 0;
  for (std::uint64_t const at : checkpoints(s.iterations)) {
    if (at > done) {
      seconds += adapt::run(*d, stream, adapt::budget{.iterations = at - done}).seconds;
      done = at;
    }
    auto const e = d->evaluate(w.test.x, w.test.y);
    points.push_back({.accuracy = e.accuracy,
                      .raw = d->accuracy(w.test.x, w.test.y, adapt::weights::raw),
                      .loss = e.loss,
                      .operations = static_cast<double>(d->spent().operations),
                      .layers = static_cast<double>(d->spent().layers),
                      .seconds = seconds});
  }
  return points;
}

struct statistic {
  double mean = 0, deviation = 0;
};
template <class Value>
statistic over_seeds(arm const& a, std::size_t checkpoint, Value value) {
  statistic r;
  double const n = static_cast<double>(a.runs.size());
  for (auto const& run : a.runs) r.mean += value(run[checkpoint]) / n;
  for (auto const& run : a.runs) {
    double const off = value(run[checkpoint]) - r.mean;
    r.deviation += n > 1 ? off * off / (n - 1) : 0;
  }
  r.deviation = std::sqrt(r.deviation);
  return r;
}

void print_table(std::vector<arm> const& arms, settings const& s) {
  auto const at = checkpoints(s.iterations);
  auto const column = [&](std::uint64_t iterations) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (at[i] >= iterations) return i;
    }
    return at.size() - 1;
  };
  std::set<std::size_t> const shown{0, column(250), column(1000), column(s.iterations)};
  std::printf(
      "\nAccuracy on held-out examples of the new gases, averaged weights, %zu seed%s (%%)\n\n",
      s.seeds, s.seeds == 1 ? "" : "s, mean ± deviation");
  std::printf("%-24s %-8s", "optimizer", "layers");
  for (std::size_t const c : shown) {
    std::printf("  %12s", (std::to_string(at[c]) + " it.").c_str());
  }
  std::printf("  %5s %7s %8s %9s %8s\n", "raw", "loss", "touched", "Mop", "us/it.");
  for (arm const& a : arms) {
    std::printf("%-24s %-8s", a.name.c_str(), a.scheme.c_str());
    for (std::size_t const c : shown) {
      auto const r = over_seeds(a, c, [](point const& p) { return 100 * p.accuracy; });
      if (s.seeds > 1)
        std::printf("  %5.1f ± %4.1f", r.mean, r.deviation);
      else
        std::printf("  %12.1f", r.mean);
    }
    std::size_t const end = at.size() - 1;
    double const steps = static_cast<double>(at[end]);
    std::printf("  %5.1f %7.4f %8.2f %9.1f %8.2f\n",
                over_seeds(a, end, [](point const& p) { return 100 * p.raw; }).mean,
                over_seeds(a, end, [](point const& p) { return p.loss; }).mean,
                over_seeds(a, end, [&](point const& p) { return p.layers / steps; }).mean,
                over_seeds(a, end, [](point const& p) { return p.operations * 1e-6; }).mean,
                over_seeds(a, end, [&](point const& p) { return p.seconds * 1e6 / steps; }).mean);
  }
  std::printf(
      "\n10/30/50: a step updates the lowest third of the layers with 10 %%, the middle with 30 %%,"
      "\nthe last with 50 %% probability.  staged: from the head down, then the hardest quarter "
      "of\n"
      "each mini-batch once it is easy.  raw: at the end, at the weights themselves.\n"
      "touched: layers updated per iteration, of %zu.\n"
      "Mop: million multiply-adds of the whole run, the optimizer's arithmetic included.\n",
      network::layers);
}

void save_plot(std::vector<arm> const& arms, settings const& s) {
  support::plot picture("Adapting to three new gases",
                        "million multiply-adds, the optimizer's included",
                        "held-out accuracy (logarithmic in the error)");
  for (arm const& a : arms) {
    if (!a.plotted) continue;
    support::curve c{.name = a.name + (a.scheme == "all" ? "" : ", " + a.scheme),
                     .x = {},
                     .y = {},
                     .color = a.color,
                     .dashed = a.scheme != "all"};
    for (std::size_t i = 1; i < a.runs[0].size(); ++i) {
      double const x = over_seeds(a, i, [](point const& p) { return p.operations * 1e-6; }).mean;
      if (x <= 0) continue;
      c.x.push_back(x);
      c.y.push_back(over_seeds(a, i, [](point const& p) { return p.accuracy; }).mean);
    }
    picture.add(std::move(c));
  }
  picture.save(s.plot);
  std::printf("plot: %s\n", s.plot.c_str());
}

settings read_arguments(int count, char** argument) {
  settings s;
  auto const number = [&](int i) {
    char* end = nullptr;
    long const n = i < count ? std::strtol(argument[i], &end, 10) : 0;
    if (n <= 0 || n > 1'000'000 || *end != '\0') {
      fail("arguments", argument[i - 1], "a number from 1 to 1000000",
           i < count ? argument[i] : "nothing");
    }
    return static_cast<std::uint64_t>(n);
  };
  for (int i = 1; i < count; ++i) {
    std::string const a = argument[i];
    if (a == "--quick") {
      s.seeds = 1;
      s.pretraining = 200;
      s.iterations = 300;
    } else if (a == "--data" && i + 1 < count) {
      s.data = argument[++i];
    } else if (a == "--plot" && i + 1 < count) {
      s.plot = argument[++i];
    } else if (a == "--seeds") {
      s.seeds = static_cast<std::size_t>(number(++i));
    } else if (a == "--iterations") {
      s.iterations = number(++i);
    } else {
      bool const help = a == "--help";
      if (!help) std::fprintf(stderr, "adapt_gas_sensor: arguments: %s\n", a.c_str());
      std::fprintf(
          help ? stdout : stderr,
          "usage: adapt_gas_sensor [--data DIR] [--plot FILE] [--seeds N] "
          "[--iterations N] [--quick]\n\n"
          "DIR holds batch1.dat ... of the Gas Sensor Array Drift data; an excerpt lies in\n"
          "examples/data/gas_sensor. --quick: one seed, 300 iterations, a second.\n");
      std::exit(help ? 0 : 2);
    }
  }
  return s;
}

/// All arms on all worlds, one after the other.
class contest {
 public:
  contest(data::dataset const& gas, settings const& s) : s_(s), bar_(s.seeds * 24) {
    for (std::size_t i = 0; i < s.seeds; ++i) {
      bar_.phase("pre-train on ethanol, ethylene, ammonia", part_++);
      worlds_.push_back(prepare(gas, s, i));
    }
  }

  template <class Optimizer, class Policy>
  arm with(std::string const& name, char const* scheme, Optimizer const& optimizer,
           Policy const& policy) {
    arm a{name, scheme, 0, false, {}};
    for (world const& w : worlds_) {
      bar_.phase("adapt to acetaldehyde, acetone, toluene: " + name + ", layers " + scheme,
                 part_++);
      a.runs.push_back(adapt_once(w, s_, optimizer, policy));
    }
    return a;
  }
  /// Dense and with random layers; weights are averaged beside any optimizer.
  template <class Optimizer>
  void both(std::string const& name, Optimizer const& inner, bool plotted) {
    optim::averaged<Optimizer> const rule{inner};
    add(with(name, "all", rule, optim::selection::dense()), plotted);
    add(with(name, "10/30/50", rule, optim::scheme::increasing(network::layers)), false);
    ++color_;
  }
  void add(arm a, bool plotted) {
    a.color = color_;
    a.plotted = plotted;
    arms_.push_back(std::move(a));
  }
  /// The rate of five that ends highest, found in hindsight.
  void tuned_adam() {
    arm best;
    double most = -1;
    for (float const rate : {3e-4F, 1e-3F, 3e-3F, 1e-2F, 3e-2F}) {
      char name[32];
      std::snprintf(name, sizeof name, "adam, best of 5: %g", static_cast<double>(rate));
      arm a = with(name, "all", optim::averaged<optim::adam>{{{.rate = rate}}},
                   optim::selection::dense());
      double const end =
          over_seeds(a, a.runs[0].size() - 1, [](point const& p) { return p.accuracy; }).mean;
      if (end > most) {
        most = end;
        best = std::move(a);
      }
    }
    add(std::move(best), true);
    ++color_;
  }
  void learned_ones() {
    using rule = optim::averaged<learned::tensor_rnn<>>;  // what halo is: compiled once
    rule const halo = learned::halo{};
    add(with("halo, untrained", "all", rule{}, optim::selection::dense()), false);
    add(with("halo", "all", halo, optim::selection::dense()), true);
    add(with("halo", "10/30/50", halo, optim::scheme::increasing(network::layers)), false);
    add(with("halo", "staged", halo, optim::gated<>{}), true);
    ++color_;
  }
  std::vector<arm> const& finish() {
    bar_.finish();
    double known = 0;
    for (world const& w : worlds_) known += w.known / static_cast<double>(worlds_.size());
    std::printf("pre-trained: %.1f %% on the three gases it knows\n", 100 * known);
    return arms_;
  }
  [[nodiscard]] double seconds() const { return bar_.seconds(); }

 private:
  settings s_;
  support::progress bar_;
  std::vector<world> worlds_;
  std::vector<arm> arms_;
  std::size_t part_ = 0, color_ = 0;
};

void run(settings const& s) {
  auto const gas = data::load_gas_sensor(s.data);
  std::printf("%s: %zu rows\n%s\n", s.data.c_str(), gas.samples.rows(),
              nn::summary<network>().c_str());
  std::printf("adapter with halo: %zu bytes, all of them\n",
              sizeof(device<learned::halo, optim::gated<>>));
  contest c(gas.samples, s);
  c.both("sgd", optim::sgd{}, true);
  c.both("momentum", optim::momentum{}, true);
  c.both("adagrad", optim::adagrad{}, false);
  c.both("adam", optim::adam{}, true);
  c.tuned_adam();
  // a cosine that is over before it begins: the rate rises for 300 steps and stays
  c.both("adamw, warm-up",
         optim::scheduled<optim::adam, optim::cosine>{optim::adamw(3e-3F, 0.1F),
                                                      {.steps = 1, .final = 1.0, .warm_up = 300}},
         true);
  using hierarchy = learned::hierarchical_rnn<learned::hierarchical::leaky>;
  c.both("hierarchical, untrained", hierarchy{seed{1}}, false);
  c.both("hierarchical", learned::pretrained::leaky_hierarchical_rnn(), false);
  c.learned_ones();
  auto const& arms = c.finish();
  print_table(arms, s);
  save_plot(arms, s);
  std::printf("%.1f s in all\n", c.seconds());
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
