// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data/batches.hpp>
#include <halo/nn/loss.hpp>
#include <halo/optim.hpp>

#include "materials.hpp"
#include "progress.hpp"

// A network that knows one domain adapts to another with several optimizers and policies, all from
// the same parameters and on the same mini-batches. Every length is a run of its own, whose length
// the optimizer is told: what one could plan for, all can.

namespace support {

/// Where a run of one length ended: accuracy at the averaged weights and at the weights themselves,
/// loss and cost.
struct standing {
  double accuracy = 0, raw = 0, loss = 0;
  double operations = 0, layers = 0, iterations = 0, seconds = 0;
};

/// An optimizer with a policy, and with one setting or with the best of some for each length.
struct arm {
  std::string name, scheme;
  std::size_t color = 0;
  bool plotted = false;
  std::vector<std::vector<standing>> runs;  ///< [seed][length]
};

struct statistic {
  double mean = 0, deviation = 0;
};
/// Over the seeds of an arm.
template <class Value>
[[nodiscard]] statistic over_seeds(arm const& a, std::size_t length, Value value) {
  statistic r;
  double const n = static_cast<double>(a.runs.size());
  for (auto const& run : a.runs) r.mean += value(run[length]) / n;
  for (auto const& run : a.runs) {
    double const off = value(run[length]) - r.mean;
    r.deviation += n > 1 ? off * off / (n - 1) : 0;
  }
  r.deviation = std::sqrt(r.deviation);
  return r;
}

/// How long runs are, and from where.
struct contest_settings {
  std::uint64_t seed = 0;                         ///< of the first world
  std::size_t seeds = 5;                          ///< how many worlds
  std::uint64_t pretraining = 1000;               ///< steps
  std::vector<std::uint64_t> lengths;             ///< of the runs, ascending; 0 is the beginning
  bool by_operations = false;                     ///< lengths are multiply-adds, else iterations
  std::vector<float> rates{1e-3F, 3e-3F, 1e-2F};  ///< among which hindsight chooses
  std::string known = "what it knows", fresh = "what is new";  ///< for the progress

  /// All rates, this one among them.
  [[nodiscard]] std::vector<float> rates_and(float fixed) const {
    std::vector<float> all = rates;
    if (std::find(all.begin(), all.end(), fixed) == all.end()) all.push_back(fixed);
    return all;
  }
};

/// All arms on all worlds, one after the other.
/// @tparam Starts  new heads may be made of examples (start_head), which takes memory
template <class Network, bool Starts = false>
class contest {
  static constexpr std::size_t max_batch = 64;

 public:
  template <class Optimizer, class Policy = halo::optim::selection>
  using device =
      halo::adapt::adapter<Network, halo::nn::cross_entropy, Optimizer, max_batch, Policy>;

  /// Pre-trains with Adam; where classes are others, every run begins with the same new head.
  /// @param runs  arms there will be, for the progress
  contest(recipe const& from, contest_settings s, std::size_t runs)
      : s_(std::move(s)), bar_(s_.seeds * (runs + 1)) {
    using namespace halo;
    for (std::uint64_t i = s_.seed; i < s_.seed + s_.seeds; ++i) {
      bar_.phase("pre-train on " + s_.known, part_++);
      world w{.number = i, .from = from(i), .parameters = {}};
      auto teacher = std::make_unique<device<optim::adam>>(optim::adam{}, seed{i});
      data::batches stream(*w.from.known, max_batch, seed{i});
      adapt::run(*teacher, stream, adapt::budget{.iterations = s_.pretraining});
      known_ += teacher->accuracy(w.from.known_test->x, w.from.known_test->y);
      w.parameters.assign(teacher->parameters().begin(), teacher->parameters().end());
      worlds_.push_back(std::move(w));
    }
  }

  /// Runs an arm from every seed. make(length) is its optimizer.
  template <class Make, class Policy>
  [[nodiscard]] arm with(std::string const& name, char const* scheme, Make const& make,
                         Policy const& policy) {
    arm a{name, scheme, 0, false, {}};
    for (world const& w : worlds_) {
      bar_.phase("adapt to " + s_.fresh + ": " + name + ", layers " + scheme, part_++);
      std::vector<standing> ends;
      for (std::uint64_t const length : s_.lengths)
        ends.push_back(adapt_once(w, make(length), policy, length));
      a.runs.push_back(std::move(ends));
    }
    return a;
  }
  /// Keeps an arm for tables and plots, in the colour whose turn it is.
  void add(arm a, bool plotted) {
    a.color = color_;
    a.plotted = plotted;
    arms_.push_back(std::move(a));
  }
  /// The arms from here on have another colour, if one of those before is seen.
  void next_color() {
    for (arm const& a : arms_)
      if (a.plotted && a.color == color_) {
        ++color_;
        return;
      }
  }

  /// A hand-made optimizer at one rate, and at the best of all for each length, found in hindsight;
  /// make(rate, length) is it.
  template <class Make>
  void fixed_and_best(std::string const& name, float fixed, char const* scheme, Make const& make,
                      halo::optim::selection const& layers) {
    std::vector<arm> all;
    for (float const rate : s_.rates_and(fixed)) {
      char text[64];
      std::snprintf(text, sizeof text, "%s %g", name.c_str(), static_cast<double>(rate));
      all.push_back(with(
          text, scheme, [&](std::uint64_t length) { return make(rate, length); }, layers));
      if (rate == fixed) add(all.back(), true);
    }
    arm best = all.front();
    best.name = name + ", best of " + std::to_string(all.size());
    auto const accuracy = [](standing const& p) { return p.accuracy; };
    for (std::size_t l = 0; l < s_.lengths.size(); ++l)
      for (arm const& a : all)
        if (over_seeds(a, l, accuracy).mean > over_seeds(best, l, accuracy).mean)
          for (std::size_t run = 0; run < a.runs.size(); ++run) best.runs[run][l] = a.runs[run][l];
    next_color();
    add(std::move(best), true);
    next_color();
  }
  void finish() { bar_.finish(); }
  [[nodiscard]] std::vector<arm> const& arms() const { return arms_; }
  [[nodiscard]] contest_settings const& settings() const { return s_; }
  /// Held-out accuracy of pre-training, mean over the seeds.
  [[nodiscard]] double known() const { return known_ / static_cast<double>(s_.seeds); }
  [[nodiscard]] double seconds() const { return bar_.seconds(); }

 private:
  struct world {
    std::uint64_t number = 0;
    materials from;
    std::vector<float> parameters;
  };

  template <class Optimizer, class Policy>
  [[nodiscard]] standing adapt_once(world const& w, Optimizer const& optimizer,
                                    Policy const& policy, std::uint64_t length) {
    using namespace halo;
    auto d = std::make_unique<device<Optimizer, Policy>>(optimizer, w.parameters, seed{w.number},
                                                         policy);
    if (w.from.redraw_head) d->redraw_head(seed{w.number + 1000});
    if constexpr (Starts)
      if (w.from.start_head) d->start_head(w.from.train->x, w.from.train->y);
    d->set_training_rows(w.from.train->rows());
    data::batches epochs(*w.from.train, max_batch, seed{w.number + 2000});
    adapt::budget b;
    (s_.by_operations ? b.operations : b.iterations) = length;
    double const seconds = length == 0 ? 0 : adapt::run(*d, epochs, b).seconds;
    auto const& test = *w.from.test;
    auto const e = d->evaluate(test.x, test.y);
    return {.accuracy = e.accuracy,
            .raw = d->accuracy(test.x, test.y, adapt::weights::raw),
            .loss = e.loss,
            .operations = static_cast<double>(d->totals().operations),
            .layers = static_cast<double>(d->totals().layers),
            .iterations = static_cast<double>(d->totals().iterations),
            .seconds = seconds};
  }

  contest_settings s_;
  progress bar_;
  double known_ = 0;
  std::vector<world> worlds_;
  std::vector<arm> arms_;
  std::size_t part_ = 0, color_ = 0;
};

}  // namespace support
