// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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
// the same parameters and on the same mini-batches.

namespace support {

/// Where one run stood at a checkpoint: accuracy at the averaged weights and at the weights
/// themselves, loss and cost.
struct standing {
  double accuracy = 0, raw = 0, loss = 0;
  double operations = 0, layers = 0, iterations = 0, seconds = 0;
};

/// An optimizer with a policy.
struct arm {
  std::string name, scheme;
  std::size_t color = 0;
  bool plotted = false;
  std::vector<std::vector<standing>> runs;  ///< [seed][checkpoint]
};

struct statistic {
  double mean = 0, deviation = 0;
};
/// Over the seeds of an arm.
template <class Value>
[[nodiscard]] statistic over_seeds(arm const& a, std::size_t checkpoint, Value value) {
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

/// How long runs are and where they are looked at.
struct contest_settings {
  std::uint64_t seed = 0;                  ///< of the first world
  std::size_t seeds = 5;                   ///< how many worlds
  std::uint64_t pretraining = 1000;        ///< steps
  std::vector<std::uint64_t> checkpoints;  ///< ascending, 0 is the beginning
  bool by_operations = false;              ///< checkpoints are multiply-adds, else iterations
  std::vector<float> rates{1e-3F, 3e-3F, 1e-2F};               ///< that Adam is tuned over
  std::string known = "what it knows", fresh = "what is new";  ///< for the progress
};

/// All arms on all worlds, one after the other.
template <class Network>
class contest {
  static constexpr std::size_t max_batch = 64;

 public:
  template <class Optimizer, class Policy = halo::optim::selection>
  using device =
      halo::adapt::adapter<Network, halo::nn::cross_entropy, Optimizer, max_batch, Policy>;

  /// Pre-trains with Adam; other classes have a new head.
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
      if (w.from.redraw_head) teacher->redraw_head(seed{i + 1000});
      w.parameters.assign(teacher->parameters().begin(), teacher->parameters().end());
      worlds_.push_back(std::move(w));
    }
  }

  /// Runs an arm from every seed.
  template <class Optimizer, class Policy>
  [[nodiscard]] arm with(std::string const& name, char const* scheme, Optimizer const& optimizer,
                         Policy const& policy) {
    arm a{name, scheme, 0, false, {}};
    for (world const& w : worlds_) {
      bar_.phase("adapt to " + s_.fresh + ": " + name + ", layers " + scheme, part_++);
      a.runs.push_back(adapt_once(w, optimizer, policy));
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

  /// Dense and with random layers; weights are averaged beside any optimizer.
  template <class Optimizer>
  void both(std::string const& name, Optimizer const& inner, halo::optim::selection const& masks,
            bool plotted, bool plotted_masks = false) {
    halo::optim::averaged<Optimizer> const rule{inner};
    add(with(name, "all", rule, halo::optim::selection::dense()), plotted);
    add(with(name, "10/30/50", rule, masks), plotted_masks);
    next_color();
  }
  /// Adam at the rate that ends highest, found in hindsight.
  [[nodiscard]] arm tuned_adam(char const* scheme, halo::optim::selection const& layers) {
    arm best;
    double most = -1;
    for (float const rate : s_.rates) {
      char name[48];
      std::snprintf(name, sizeof name, "adam, best of %zu: %g", s_.rates.size(),
                    static_cast<double>(rate));
      arm a =
          with(name, scheme, halo::optim::averaged<halo::optim::adam>{{{.rate = rate}}}, layers);
      double const end = over_seeds(a, s_.checkpoints.size() - 1, [](standing const& p) {
                           return p.accuracy;
                         }).mean;
      if (end > most) {
        most = end;
        best = std::move(a);
      }
    }
    return best;
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
  std::vector<standing> adapt_once(world const& w, Optimizer const& optimizer,
                                   Policy const& policy) {
    using namespace halo;
    auto d = std::make_unique<device<Optimizer, Policy>>(optimizer, w.parameters, seed{w.number},
                                                         policy);
    d->set_training_rows(w.from.train->rows());
    data::batches epochs(*w.from.train, max_batch, seed{w.number + 2000});
    auto const& test = *w.from.test;
    std::vector<standing> points;
    double seconds = 0;
    for (std::uint64_t const at : s_.checkpoints) {
      std::uint64_t const done = s_.by_operations ? d->totals().operations : d->totals().iterations;
      if (at > done) {
        adapt::budget b;
        (s_.by_operations ? b.operations : b.iterations) = at - done;
        seconds += adapt::run(*d, epochs, b).seconds;
      }
      auto const e = d->evaluate(test.x, test.y);
      double const raw = at == s_.checkpoints.back()
                             ? d->accuracy(test.x, test.y, adapt::weights::raw)
                             : 0;  // nobody asks on the way
      points.push_back({.accuracy = e.accuracy,
                        .raw = raw,
                        .loss = e.loss,
                        .operations = static_cast<double>(d->totals().operations),
                        .layers = static_cast<double>(d->totals().layers),
                        .iterations = static_cast<double>(d->totals().iterations),
                        .seconds = seconds});
    }
    return points;
  }

  contest_settings s_;
  progress bar_;
  double known_ = 0;
  std::vector<world> worlds_;
  std::vector<arm> arms_;
  std::size_t part_ = 0, color_ = 0;
};

}  // namespace support
