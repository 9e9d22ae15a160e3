// SPDX-License-Identifier: BSD-3-Clause
// A network that was trained on three gases adapts to three others that it never saw, from raw
// files of the Gas Sensor Array Drift data, with hand-crafted optimizers, dense and with layer
// masks.
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
#include <halo/nn.hpp>
#include <halo/optim.hpp>

#include "support/plot.hpp"
#include "support/progress.hpp"

namespace {

using namespace halo;

using network =
    nn::sequential<nn::linear<128, 30>, nn::relu, nn::linear<30, 30>, nn::relu, nn::linear<30, 3>>;
constexpr std::size_t batch_size = 64;

template <class Optimizer>
using device = adapt::adapter<network, nn::cross_entropy, Optimizer, batch_size, optim::selection>;

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

/// Accuracy, loss and cost of one arm at one checkpoint.
struct point {
  double accuracy = 0, loss = 0, operations = 0, layers = 0, seconds = 0;
};

struct arm {
  std::string name, scheme;
  std::size_t color = 0;
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

template <class Optimizer>
std::vector<point> adapt_once(world const& w, settings const& s, Optimizer const& optimizer,
                              optim::selection const& select) {
  auto d = std::make_unique<device<Optimizer>>(optimizer, w.parameters, seed{w.number}, select);
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
  std::printf("\nAccuracy on held-out examples of the new gases, %zu seed%s (%%)\n\n", s.seeds,
              s.seeds == 1 ? "" : "s, mean ± deviation");
  std::printf("%-9s %-9s", "optimizer", "layers");
  for (std::size_t const c : shown) {
    std::printf("  %12s", (std::to_string(at[c]) + " it.").c_str());
  }
  std::printf("  %7s %8s %9s %8s\n", "loss", "touched", "Mop", "us/it.");
  for (arm const& a : arms) {
    std::printf("%-9s %-9s", a.name.c_str(), a.scheme.c_str());
    for (std::size_t const c : shown) {
      auto const r = over_seeds(a, c, [](point const& p) { return 100 * p.accuracy; });
      if (s.seeds > 1)
        std::printf("  %5.1f ± %4.1f", r.mean, r.deviation);
      else
        std::printf("  %12.1f", r.mean);
    }
    std::size_t const end = at.size() - 1;
    double const steps = static_cast<double>(at[end]);
    std::printf("  %7.4f %8.2f %9.1f %8.2f\n",
                over_seeds(a, end, [](point const& p) { return p.loss; }).mean,
                over_seeds(a, end, [&](point const& p) { return p.layers / steps; }).mean,
                over_seeds(a, end, [](point const& p) { return p.operations * 1e-6; }).mean,
                over_seeds(a, end, [&](point const& p) { return p.seconds * 1e6 / steps; }).mean);
  }
  std::printf(
      "\n10/30/50: a step updates the lowest third of the layers with 10 %%, the middle with 30 %%,"
      "\nthe last with 50 %% probability.  touched: layers updated per iteration, of %zu.\n"
      "Mop: million multiply-adds of the whole run, the optimizer's arithmetic included.\n",
      network::layers);
}

void save_plot(std::vector<arm> const& arms, settings const& s) {
  support::plot picture("Adapting to three new gases",
                        "million multiply-adds, the optimizer's included",
                        "held-out accuracy (logarithmic in the error)");
  for (arm const& a : arms) {
    support::curve c{.name = a.name + (a.scheme == "all" ? ", all layers" : ", " + a.scheme + " %"),
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

void run(settings const& s) {
  auto const gas = data::load_gas_sensor(s.data);
  std::printf("%s: %zu rows\n%s\n", s.data.c_str(), gas.samples.rows(),
              nn::summary<network>().c_str());
  std::printf("adapter with Adam: %zu bytes, all of them\n", sizeof(device<optim::adam>));

  std::vector<arm> arms;
  support::progress bar(s.seeds * 13);
  std::size_t part = 0;
  std::vector<world> worlds;
  for (std::size_t i = 0; i < s.seeds; ++i) {
    bar.phase("pre-train on ethanol, ethylene, ammonia", part++);
    worlds.push_back(prepare(gas.samples, s, i));
  }
  std::size_t color = 0;
  auto const both = [&](char const* name, auto const& optimizer) {
    for (bool const masked : {false, true}) {
      arm a{name, masked ? "10/30/50" : "all", color, {}};
      for (world const& w : worlds) {
        bar.phase("adapt to acetaldehyde, acetone, toluene: " + a.name + ", layers " + a.scheme,
                  part++);
        a.runs.push_back(adapt_once(
            w, s, optimizer,
            masked ? optim::scheme::increasing(network::layers) : optim::selection::dense()));
      }
      arms.push_back(std::move(a));
    }
    ++color;
  };
  both("sgd", optim::sgd{});
  both("momentum", optim::momentum{});
  both("adagrad", optim::adagrad{});
  both("rmsprop", optim::rmsprop{});
  both("adam", optim::adam{});
  both("adamw", optim::adamw());
  bar.finish();

  double known = 0;
  for (world const& w : worlds) known += w.known / static_cast<double>(worlds.size());
  std::printf("pre-trained: %.1f %% on the three gases it knows\n", 100 * known);
  print_table(arms, s);
  save_plot(arms, s);
  std::printf("%.1f s in all\n", bar.seconds());
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
