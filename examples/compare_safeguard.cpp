// SPDX-License-Identifier: BSD-3-Clause
// What does a network lose where it adapts to rows that teach nothing? Nasty adaptations (all
// labels random, one class alone, copies of few rows, inputs that nobody scaled) and good ones, by
// five optimizers, with and without batch_norm, each alone, with an adapt::safeguard, and with one
// that has rows of what must not be forgotten: gas sensors that have aged, and the same as they
// were when they were new. Rows come one by one.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/learned.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

#include "support/arguments.hpp"

namespace {

using namespace halo;

using plain =
    nn::sequential<nn::linear<128, 30>, nn::relu, nn::linear<30, 30>, nn::relu, nn::linear<30, 6>>;
using normed = nn::sequential<nn::linear<128, 30>, nn::batch_norm, nn::relu, nn::linear<30, 30>,
                              nn::batch_norm, nn::relu, nn::linear<30, 6>>;

enum class nasty { random_labels, one_class, copies, unscaled, none };
constexpr std::array<nasty, 5> kinds{nasty::random_labels, nasty::one_class, nasty::copies,
                                     nasty::unscaled, nasty::none};
constexpr char const* text(nasty kind) {
  constexpr std::array<char const*, 5> words{"all labels random", "one class alone",
                                             "copies of 12 rows", "inputs not scaled",
                                             "nothing nasty"};
  return words[static_cast<std::size_t>(kind)];
}

/// Batch 6, three years later, where the network has learned on batches 1 to 3; or these again.
enum class sensors { aged, as_new };

/// One seed's world.
struct world {
  data::dataset known_train, known_rows, known_test;  ///< batches 1 to 3
  data::dataset rows, test;                           ///< what the device meets
  data::dataset raw_rows, raw_test;                   ///< the same, not scaled
};

world make_world(data::gas_sensor const& gas, sensors which, std::uint64_t number) {
  auto const of_batches = [&](std::initializer_list<std::int32_t> batches) {
    auto some = data::select(gas.samples, data::rows_where(gas.batch, batches));
    for (std::size_t i = 0; i < some.rows(); ++i) --some.y(i);  // gases 1 to 6
    some.classes = 6;
    return some;
  };
  world w;
  auto known = data::stratified_split(of_batches({1, 2, 3}), 0.4, seed{number});
  auto kept = data::stratified_split(known.test, 0.6, seed{number});
  auto fresh = data::stratified_split(which == sensors::aged ? of_batches({6}) : known.train, 0.5,
                                      seed{number});
  w.known_train = std::move(which == sensors::aged ? known.train : fresh.train);
  if (which == sensors::as_new) fresh = data::stratified_split(fresh.test, 0.5, seed{number});
  w.known_rows = std::move(kept.train);
  w.known_test = std::move(kept.test);
  w.raw_rows = w.rows = std::move(fresh.train);
  w.raw_test = w.test = std::move(fresh.test);
  data::standardizer const scale(w.known_train);
  for (auto* d : {&w.known_train, &w.known_rows, &w.known_test, &w.rows, &w.test}) scale.apply(*d);
  return w;
}

/// The rows that the device meets.
data::dataset spoiled(world const& w, nasty kind, std::uint64_t number) {
  generator g(seed{number}, 99);
  data::dataset d = kind == nasty::unscaled ? w.raw_rows : w.rows;
  if (kind == nasty::random_labels)
    for (std::size_t i = 0; i < d.rows(); ++i) d.y(i) = static_cast<std::int32_t>(g.below(6));
  if (kind == nasty::one_class) {
    auto const c = static_cast<std::int32_t>(number % 6);
    d = data::select(d, data::rows_where(std::span(d.y.data(), d.rows()), {c}));
  }
  if (kind == nasty::copies) {
    data::row_numbers twelve(d.rows());
    for (std::size_t i = 0; i < 12; ++i) twelve[i] = g.below(static_cast<std::uint32_t>(d.rows()));
    for (std::size_t i = 12; i < d.rows(); ++i) twelve[i] = twelve[i % 12];
    d = data::select(d, twelve);
  }
  return d;
}

/// How carefully a device adapts.
enum class care { none, safeguard, known_rows };

/// Changes by one adaptation, in points of accuracy.
struct change {
  nasty kind;
  care how;
  double fresh = 0, known = 0;
  adapt::verdict verdict = adapt::verdict::none;
};

struct settings {
  std::string data = "examples/data/gas_sensor";
  std::uint64_t seeds = 5;
  std::uint64_t iterations = 300;
  adapt::safeguard_options guard{};
};

/// Where adaptations begin.
struct trained {
  std::vector<float> parameters, statistics;
};

template <class Network, class Optimizer>
change adapt_once(Optimizer const& rule, world const& w, settings const& s, std::uint64_t number,
                  trained const& start, nasty kind, care how) {
  using device_type = adapt::adapter<Network, nn::cross_entropy, Optimizer, 32>;
  using guard_type = adapt::safeguard<Network, 96, nn::cross_entropy, 96>;
  auto const rows = spoiled(w, kind, number);
  auto const& test = kind == nasty::unscaled ? w.raw_test : w.test;
  auto const device = adapt::make<device_type>(rule, seed{number});
  device->assign(start.parameters, start.statistics);
  auto const memory = std::make_unique<adapt::buffer<Network, 256>>(
      adapt::buffer_options{.rows = 32, .seed = seed{number}});
  auto const guard = std::make_unique<guard_type>(s.guard);
  if (how == care::known_rows) guard->remember(w.known_rows.x, w.known_rows.y);
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::span<float const> const x(rows.x.data() + i * 128, 128);
    if (how == care::none || !guard->takes(x, rows.y(i))) memory->add(x, rows.y(i));
  }
  double const fresh = device->accuracy(test.x, test.y);
  double const known = device->accuracy(w.known_test.x, w.known_test.y);
  adapt::budget const budget{.iterations = s.iterations, .evaluate_every = 30};
  adapt::outcome end;
  if (how == care::none)
    end = adapt::run(*device, *memory, budget);
  else
    end = adapt::try_run(*device, *memory, budget, *guard);  // refused: no row to judge by
  return {kind, how, 100 * (device->accuracy(test.x, test.y) - fresh),
          100 * (device->accuracy(w.known_test.x, w.known_test.y) - known), end.verdict};
}

template <class Network>
void adapt_all(data::gas_sensor const& gas, sensors which, settings const& s, std::uint64_t number,
               std::vector<change>& results) {
  world const w = make_world(gas, which, number);
  using trained_type = adapt::adapter<Network, nn::cross_entropy, optim::adam, 32>;
  auto const device = adapt::make<trained_type>(optim::adam{{.rate = 3e-3F}}, seed{number});
  data::batches stream(w.known_train, 32, seed{number});
  adapt::run(*device, stream, {.iterations = 600});
  auto const [theta, moments] = std::pair(device->parameters(), device->statistics());
  trained const start{{theta.begin(), theta.end()}, {moments.begin(), moments.end()}};
  auto const with = [&](auto const& rule) {
    for (nasty const kind : kinds)
      for (care const how : {care::none, care::safeguard, care::known_rows})
        results.push_back(adapt_once<Network>(rule, w, s, number, start, kind, how));
  };
  with(optim::sgd{{.rate = 0.1F}});
  with(optim::momentum{{.rate = 0.03F}});
  with(optim::adam{{.rate = 3e-3F}});
  with(optim::averaged(optim::adam{{.rate = 3e-2F}}));
  with(learned::halo_rule());
}

/// Runs, kept ones, those that end more than a point below their start; means and the worst.
void print(std::vector<change> const& results, nasty kind, care how) {
  std::size_t runs = 0, below = 0, kept = 0;
  double worst = 0, worst_known = 0, mean = 0;
  for (change const& c : results) {
    if (c.kind != kind || c.how != how) continue;
    ++runs;
    below += c.fresh < -1 ? 1U : 0U;
    kept += how == care::none || c.verdict == adapt::verdict::kept ? 1U : 0U;
    worst = std::min(worst, c.fresh);
    worst_known = std::min(worst_known, c.known);
    mean += c.fresh;
  }
  std::printf(" | %4zu %4zu %6.1f %6.1f %6.1f", kept, below, mean / static_cast<double>(runs),
              worst, worst_known);
}
void print(std::vector<change> const& results) {
  std::printf("%-18s | %-31s| %-31s| %s\n", "points of accuracy", "alone", " with a safeguard",
              " that has known rows, too");
  std::printf("%-18s", "");
  for (int i = 0; i < 3; ++i) std::printf(" | kept  <-1   mean  worst  known");
  std::printf("\n");
  for (nasty const kind : kinds) {
    std::printf("%-18s", text(kind));
    for (care const how : {care::none, care::safeguard, care::known_rows})
      print(results, kind, how);
    std::printf("\n");
  }
}

settings read_arguments(int count, char** argument) {
  support::arguments a(count, argument,
                       "usage: compare_safeguard [--data DIR] [--seeds N] [--iterations N] "
                       "[--confidence N] [--quick]\n\n"
                       "The confidence is in tenths. --quick: one seed and 90 iterations.\n");
  settings s;
  while (a.next()) {
    if (a.is("--data"))
      s.data = a.value();
    else if (a.is("--seeds"))
      s.seeds = a.number();
    else if (a.is("--iterations"))
      s.iterations = a.number();
    else if (a.is("--confidence"))
      s.guard.confidence = static_cast<double>(a.number(0, 100)) / 10;
    else if (a.is("--quick"))
      s.seeds = 1, s.iterations = 90;
    else
      a.refuse();
  }
  return s;
}

}  // namespace

int main(int count, char** argument) {
  try {
    settings const s = read_arguments(count, argument);
    auto const gas = data::load_gas_sensor(s.data);
    for (sensors const which : {sensors::aged, sensors::as_new}) {
      std::vector<change> results;
      for (std::uint64_t number = 1; number <= s.seeds; ++number) {
        adapt_all<plain>(gas, which, s, number, results);
        adapt_all<normed>(gas, which, s, number, results);
      }
      std::printf("\n%s: %zu runs a line\n",
                  which == sensors::aged ? "Sensors have aged" : "As new", results.size() / 15);
      print(results);
    }
    std::puts(
        "\nkept: runs whose verdict is that something was learned; <-1: runs that end more than a "
        "point\nbelow their start; mean, worst: change on rows as the device meets them, all "
        "labels right; known:\nworst change on what the network knew.");
  } catch (error const& e) {
    std::fprintf(stderr, "compare_safeguard: %s\n", e.what());
    return 1;
  }
}
