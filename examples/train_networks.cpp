// SPDX-License-Identifier: BSD-3-Clause
// Trains the networks that HALO's paper adapts on their real data: Adam at 1e-3 on domain B, then
// Adam on domain A at the best rate of a grid. The rate is chosen on a seed that is not reported,
// by a tenth of that seed's training rows, so that held-out examples choose nothing.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/optim/adam.hpp>
#include <halo/zoo/networks.hpp>
#include <halo/zoo/residual_networks.hpp>

#include "support/arguments.hpp"
#include "support/materials.hpp"
#include "support/progress.hpp"
#include "support/public_data.hpp"
#include "support/score.hpp"

namespace {

using namespace halo;
using support::materials, support::recipe;

struct settings {
  std::string data = support::data_folder();
  std::vector<std::string> networks;  ///< none: all
  std::size_t seeds = 5;
  double scale = 1;
  std::uint64_t pretraining = 0, adaptation = 0;  ///< steps; 0: what each network has
  std::size_t held_out = 0;                       ///< most rows looked at; 0: what each network has
  bool quick = false;
};

/// How a network is trained.
struct schedule {
  std::string name;
  std::uint64_t pretraining = 0, adaptation = 0;  ///< steps of 64 examples
  std::vector<float> rates;                       ///< of the adaptation, one is chosen
  std::size_t held_out = 0;                       ///< most rows looked at; 0: all
};

/// Share of right answers, looked at in up to two ways; the first one chooses the rate.
using shares = std::array<double, 2>;

/// One seed's held-out shares.
struct run {
  shares known{}, before{}, after{};
};

/// What came of a network.
struct result {
  std::size_t parameters = 0;
  std::vector<std::string> ways;  ///< names of the ways its shares are looked at
  float rate = 0;
  std::vector<run> runs;
  std::uint64_t non_finite = 0;  ///< steps that were refused
  double seconds = 0;
};

/// Progress over all networks, in multiply-adds.
class tracker {
 public:
  explicit tracker(double total) : bar_(units(total) + 1) {}
  void phase(std::string text) {
    text_ = std::move(text);
    spend(0);
  }
  void spend(double operations) {
    done_ += operations;
    if (operations == 0 || units(done_) != shown_) bar_.phase(text_, shown_ = units(done_));
  }
  void finish() { bar_.finish(); }

 private:
  static std::size_t units(double operations) {
    return static_cast<std::size_t>(operations * 1e-8);
  }
  support::progress bar_;
  double done_ = 0;
  std::size_t shown_ = 0;
  std::string text_;
};

/// The first rows, where not all are looked at.
materials::dataset first_rows(materials::dataset const& from, std::size_t most) {
  if (most == 0 || from->rows() <= most) return from;
  data::row_numbers rows(most);
  for (std::size_t i = 0; i < most; ++i) rows[i] = static_cast<std::uint32_t>(i);
  return support::shared(data::select(*from, rows));
}

/// One network, trained from several seeds.
template <class Network>
class experiment {
  using device = adapt::adapter<Network, nn::cross_entropy, optim::adam, 64, optim::selection>;

 public:
  /// Multiply-adds of a step.
  static constexpr double step =
      static_cast<double>(Network::operations(layer_mask::all(Network::layers), 64));

  experiment(schedule s, recipe from, std::size_t seeds)
      : plan_(std::move(s)), from_(std::move(from)), seeds_(seeds) {}

  /// Multiply-adds of all, evaluations left out.
  [[nodiscard]] double operations() const {
    auto const each = static_cast<double>(plan_.pretraining + plan_.adaptation);
    std::size_t const rates = plan_.rates.size() == 1 ? 0 : plan_.rates.size();
    std::uint64_t const tuning = rates == 0 ? 0 : plan_.pretraining + rates * plan_.adaptation;
    return step * (static_cast<double>(seeds_) * each + static_cast<double>(tuning));
  }

  result operator()(tracker& bar) {
    stopwatch const clock;
    result r{.parameters = Network::parameters, .ways = {""}, .rate = tune(bar), .runs = {}};
    for (std::size_t i = 0; i < seeds_; ++i) {
      materials m = from_(i);
      if (m.balanced) r.ways = {", balanced", ", plain"};
      if (Network::statistics > 0) r.ways = {", own statistics", ", running statistics"};
      m.known_test = first_rows(m.known_test, plan_.held_out);
      m.test = first_rows(m.test, plan_.held_out);
      run one;
      auto const theta = pretrain(m, i, bar, &one.known);
      auto d = std::make_unique<device>(optim::adam{{.rate = r.rate}}, theta, seed{i});
      one.before = shares_of(*d, *m.test, m.balanced);
      bar.phase(plan_.name + ": adapt, seed " + std::to_string(i));
      learn(*d, *m.train, seed{i + 2000}, m.balanced, plan_.adaptation, bar);
      one.after = shares_of(*d, *m.test, m.balanced);
      r.runs.push_back(one);
    }
    r.non_finite = non_finite_;
    r.seconds = clock.seconds();
    return r;
  }

 private:
  /// How well a network does: over all classes alike, then over all examples; or, where it has
  /// batch_norm, normalised by the statistics of 64 examples at a time, then by running ones.
  static shares shares_of(device& d, data::dataset const& on, bool balanced) {
    using adapt::weights::raw;
    if constexpr (Network::statistics > 0) {
      d.set_normalization(adapt::normalization::batch);
      double const own = support::score_of(d, on, raw).plain;
      d.set_normalization(adapt::normalization::running);
      return {own, support::score_of(d, on, raw).plain};
    } else {
      support::score const s = support::score_of(d, on, raw);
      return {balanced ? s.balanced : s.plain, s.plain};
    }
  }

  /// The rate whose network is best after the adaptation.
  float tune(tracker& bar) {
    if (plan_.rates.size() == 1) return plan_.rates.front();
    constexpr std::uint64_t number = 100;  // no seed that is reported
    materials m = from_(number);
    auto parts = data::stratified_split(*m.train, 0.1, seed{number});
    m.train = support::shared(std::move(parts.train));
    m.test = first_rows(support::shared(std::move(parts.test)), plan_.held_out);
    auto const theta = pretrain(m, number, bar, nullptr);
    float best = plan_.rates.front();
    double most = -1;
    for (float const rate : plan_.rates) {
      bar.phase(plan_.name + ": tune the rate");
      auto d = std::make_unique<device>(optim::adam{{.rate = rate}}, theta, seed{number});
      learn(*d, *m.train, seed{number + 2000}, m.balanced, plan_.adaptation, bar);
      double const loss = d->evaluate(m.test->x, m.test->y).loss;
      double const value = shares_of(*d, *m.test, m.balanced)[0] - 1e-6 * loss;  // loss breaks ties
      std::fprintf(stderr, "%s: rate %g: %.2f %%\n", plan_.name.c_str(), static_cast<double>(rate),
                   100 * value);
      if (value > most) most = value, best = rate;
    }
    return best;
  }

  /// Parameters, and running statistics where there are some, that know domain B.
  std::vector<float> pretrain(materials const& m, std::uint64_t number, tracker& bar,
                              shares* known) {
    bar.phase(plan_.name + ": pre-train, seed " + std::to_string(number));
    auto teacher = std::make_unique<device>(optim::adam{}, seed{number});
    learn(*teacher, *m.known, seed{number}, m.balanced, plan_.pretraining, bar);
    if (known != nullptr) *known = shares_of(*teacher, *m.known_test, m.balanced);
    if (m.redraw_head) teacher->redraw_head(seed{number + 1000});
    std::vector<float> all(teacher->parameters().begin(), teacher->parameters().end());
    all.insert(all.end(), teacher->statistics().begin(), teacher->statistics().end());
    return all;
  }

  void learn(device& d, data::dataset const& from, seed s, bool balanced, std::uint64_t steps,
             tracker& bar) {
    support::mini_batches stream(from, s, balanced);
    non_finite_ +=
        adapt::run(d, stream, adapt::budget{.iterations = steps}, [&](adapt::report const&) {
          bar.spend(step);
        }).totals.non_finite;
  }

  schedule plan_;
  recipe from_;
  std::size_t seeds_;
  std::uint64_t non_finite_ = 0;
};

/// A network that is to be trained.
struct entry {
  schedule plan;
  double operations = 0;
  std::function<result(tracker&)> train;
};

class list {
 public:
  explicit list(settings const& s) : s_(s) {}

  template <class Network>
  void add(schedule plan, std::string const& folder, recipe const& from) {
    if (!s_.networks.empty() &&
        std::find(s_.networks.begin(), s_.networks.end(), plan.name) == s_.networks.end())
      return;
    if (!support::found(plan.name, s_.data, folder)) return;
    auto const scaled = [&](std::uint64_t steps, std::uint64_t other) {
      double const n = static_cast<double>(other == 0 ? steps : other) * s_.scale;
      return std::max<std::uint64_t>(2, static_cast<std::uint64_t>(n + 0.5));
    };
    plan.pretraining = scaled(plan.pretraining, s_.pretraining);
    plan.adaptation = scaled(plan.adaptation, s_.adaptation);
    if (s_.held_out > 0) plan.held_out = s_.held_out;
    if (s_.quick && experiment<Network>::step > 1e10) plan.rates.resize(1);  // seconds a step
    experiment<Network> e(plan, from, s_.seeds);
    double const operations = e.operations();
    entries_.push_back({std::move(plan), operations, std::move(e)});
  }
  [[nodiscard]] std::vector<entry>& entries() { return entries_; }

 private:
  settings s_;
  std::vector<entry> entries_;
};

std::vector<entry> networks(settings const& s) {
  using support::once;
  list all(s);
  std::string const& data = s.data;
  auto const patients = std::make_shared<data::thyroid>();
  all.add<zoo::thyroid_mlp<>>({"thyroid", 2000, 1000, {1e-4F, 3e-4F, 1e-3F, 3e-3F, 1e-2F}},
                              "thyroid", [patients, data](std::uint64_t number) {
                                if (patients->sex.empty())
                                  *patients = data::load_thyroid(data + "/thyroid");
                                return support::thyroid_materials(*patients, number);
                              });
  auto const gas = std::make_shared<data::gas_sensor>();
  all.add<zoo::gas_sensor_mlp<>>({"gas", 2000, 1000, {3e-4F, 1e-3F, 3e-3F, 1e-2F}}, "gas",
                                 [gas, data](std::uint64_t number) {
                                   if (gas->ppm.empty())
                                     *gas = data::load_gas_sensor(data + "/gas");
                                   return support::other_gases(*gas, number);
                                 });
  all.add<zoo::activity_cnn_lstm<>>({"har", 1000, 250, {3e-4F, 1e-3F, 3e-3F, 1e-2F}},
                                    "UCI HAR Dataset",
                                    once([data] { return support::har_channels_first(data); }));
  std::vector<float> const rates{3e-4F, 1e-3F, 3e-3F};
  all.add<zoo::mnist_cnn<>>({"mnist", 1500, 500, rates}, "mnist",
                            once([data] { return support::mnist_materials(data); }));
  std::string const images = "cifar-10-batches-bin";
  recipe const cifar = once([data] { return support::cifar_materials(data); });
  all.add<zoo::cifar_cnn<>>({"cifar", 1500, 500, rates}, images, cifar);
  all.add<zoo::deep_cifar_cnn<>>({"deep-cifar", 400, 150, rates}, images, cifar);
  all.add<zoo::preresnet20<>>({"preresnet20", 300, 100, rates, 2000}, images, cifar);
  all.add<zoo::resnet18<>>({"resnet18", 40, 20, {3e-4F, 1e-3F}, 500}, images, cifar);
  return std::move(all.entries());
}

void print_row(schedule const& plan, result const& r, std::size_t way) {
  auto const cell = [&](shares run::*part) {
    double sum = 0, least = 100, most = 0;
    for (run const& one : r.runs) {
      double const value = 100 * (one.*part)[way];
      sum += value;
      least = std::min(least, value);
      most = std::max(most, value);
    }
    std::printf(" | %.1f (%.1f to %.1f)", sum / static_cast<double>(r.runs.size()), least, most);
  };
  std::printf("| %s%s | %zu | %llu + %llu", plan.name.c_str(), r.ways[way].c_str(), r.parameters,
              static_cast<unsigned long long>(plan.pretraining),
              static_cast<unsigned long long>(plan.adaptation));
  cell(&run::known);
  cell(&run::before);
  cell(&run::after);
  std::printf(" | %g | %.0f |\n", static_cast<double>(r.rate), r.seconds);
}

/// Trains and prints; how many steps were refused.
std::uint64_t train_all(settings const& s) {
  if (s.data.empty()) support::leave_without_data("train_networks");
  std::vector<entry> all = networks(s);
  if (all.empty()) support::leave_without_data("train_networks");
  std::uint64_t refused = 0;
  double operations = 0;
  for (entry const& e : all) operations += e.operations;
  tracker bar(operations);
  std::printf("Held-out accuracy in %%, mean (least to most) of %zu seed%s\n\n", s.seeds,
              s.seeds == 1 ? "" : "s");
  std::printf(
      "| network | parameters | steps | B, pre-trained | A, before | A, adapted | rate | seconds "
      "|\n|---|---|---|---|---|---|---|---|\n");
  std::fflush(stdout);
  for (entry& e : all) {
    result const r = e.train(bar);
    bar.finish();
    for (std::size_t way = 0; way < r.ways.size(); ++way) print_row(e.plan, r, way);
    if (r.non_finite > 0)
      std::printf("%llu steps were not finite and were refused\n",
                  static_cast<unsigned long long>(r.non_finite));
    std::fflush(stdout);
    refused += r.non_finite;
  }
  return refused;
}

constexpr std::array<char const*, 8> names{"thyroid", "gas",        "har",         "mnist",
                                           "cifar",   "deep-cifar", "preresnet20", "resnet18"};
constexpr char const* usage =
    "usage: train_networks [--networks a,b] [--data DIR] [--seeds N] [--pretrain N]\n"
    "  [--adapt N] [--scale F] [--held-out N] [--quick]\n\n"
    "networks: thyroid, gas, har, mnist, cifar, deep-cifar, preresnet20, resnet18; all of them\n"
    "unless told. DIR holds the public data sets; default: the variable HALO_DATA.\n"
    "--pretrain, --adapt: steps of 64 examples; --scale: times so many as a network has by "
    "itself.\n"
    "--held-out: looks at so many held-out examples at most. --quick: one seed, seconds.\n";

settings read_arguments(int count, char** argument) {
  settings s;
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--quick")) {
      s.quick = true;
      s.seeds = 1;
      s.scale = 0.01;
      s.held_out = 64;
    } else if (in.is("--networks")) {
      s.networks = in.words(names);
    } else if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--seeds")) {
      s.seeds = in.number();
    } else if (in.is("--pretrain")) {
      s.pretraining = in.number();
    } else if (in.is("--adapt")) {
      s.adaptation = in.number();
    } else if (in.is("--scale")) {
      s.scale = in.positive();
    } else if (in.is("--held-out")) {
      s.held_out = in.number();
    } else {
      in.refuse();
    }
  }
  return s;
}

}  // namespace

int main(int count, char** argument) {
  try {
    return train_all(read_arguments(count, argument)) == 0 ? 0 : 1;
  } catch (error const& e) {
    std::fprintf(stderr, "train_networks: %s\n", e.what());
    return 1;
  }
}
