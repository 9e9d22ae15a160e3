// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/nn.hpp>

#include "contender.hpp"
#include "materials.hpp"
#include "score.hpp"

namespace support {

/// Where a run stood after so many steps.
struct point {
  score raw, averaged;
  double loss = 0;  ///< raw, over the training rows
};

/// One run of one optimizer on one problem from one seed.
struct trial {
  std::vector<point> points;     ///< one a checkpoint
  double first_loss = 0;         ///< before the first step
  score start;                   ///< the same
  std::uint64_t non_finite = 0;  ///< steps whose loss or gradient was not finite

  /// Whether a number was not finite, or the training loss ever stood above where it began.
  [[nodiscard]] bool diverged() const {
    return non_finite > 0 || std::any_of(points.begin(), points.end(), [this](point const& p) {
             return !(p.loss <= first_loss);
           });
  }
};

/// A network, what it knew and what it is to learn; optimizers run on it from several seeds.
class problem {
 public:
  problem(std::string name, bool balanced) : name_(std::move(name)), balanced_(balanced) {}
  problem(problem const&) = delete;
  problem& operator=(problem const&) = delete;
  virtual ~problem() = default;

  [[nodiscard]] std::string const& name() const noexcept { return name_; }
  /// Whether its score is the balanced one.
  [[nodiscard]] bool balanced() const noexcept { return balanced_; }

  /// Makes the materials of a seed and pre-trains its network; different seeds at the same time.
  virtual void prepare(std::size_t i) = 0;
  /// Numbers of rows and parameters in words.
  [[nodiscard]] virtual std::string words() const = 0;
  /// @param checkpoints  numbers of steps, ascending; or of the operations that so many steps of
  ///                     Adam on all layers take
  [[nodiscard]] virtual trial run(contender const& of, std::size_t i,
                                  std::vector<std::uint64_t> const& checkpoints,
                                  bool operations) const = 0;

 private:
  std::string name_;
  bool balanced_;
};

using problems = std::vector<std::unique_ptr<problem>>;

template <class Network>
class problem_of final : public problem {
 public:
  /// @param make  the materials of a seed, called from several threads
  problem_of(std::string name, std::size_t seeds, bool balanced, recipe make)
      : problem(std::move(name), balanced), make_(std::move(make)), worlds_(seeds) {}

  void prepare(std::size_t i) override {
    using namespace halo;
    world& w = worlds_[i];
    w.from = make_(i);
    seed const s{i};
    auto teacher = std::make_unique<adapt::adapter<Network>>(optim::adam{}, s);
    if (w.from.known) {
      mini_batches stream(*w.from.known, s, w.from.balanced);
      adapt::run(*teacher, stream, adapt::budget{.iterations = w.from.pretraining});
      if (w.from.redraw_head) teacher->redraw_head(seed{i + 1000});
    }
    w.parameters.assign(teacher->parameters().begin(), teacher->parameters().end());
  }

  [[nodiscard]] std::string words() const override {
    materials const& m = worlds_[0].from;
    return std::to_string(Network::parameters) + " parameters, " +
           (m.known ? "pre-trained for " + std::to_string(m.pretraining) + " steps on " +
                          std::to_string(m.known->rows()) + " rows"
                    : std::string("from nothing")) +
           ", " + std::to_string(m.train->rows()) + " rows to learn, " +
           std::to_string(m.test->rows()) + " held out";
  }

  [[nodiscard]] trial run(contender const& of, std::size_t i,
                          std::vector<std::uint64_t> const& checkpoints,
                          bool operations) const override {
    using namespace halo;
    std::uint64_t const step = adapt::operations<Network, optim::averaged<optim::adam>>(
        {.layers = layer_mask::all(Network::layers)}, 64);
    return std::visit(
        [&](auto const& rule) {
          return run_rule(rule_for(rule, i), i, checkpoints, of.masks, operations ? step : 0);
        },
        of.rule);
  }

 private:
  struct world {
    materials from;
    std::vector<float> parameters;
  };

  /// @param step  operations that count as one, or 0
  template <class Rule>
  trial run_rule(Rule const& rule, std::size_t i, std::vector<std::uint64_t> const& checkpoints,
                 bool masks, std::uint64_t step) const {
    using namespace halo;
    world const& w = worlds_[i];
    // optimizers are compared, not the policies they prefer: all layers unless masks are asked for
    using device_type =
        adapt::adapter<Network, nn::cross_entropy, optim::averaged<Rule>, 64, optim::selection>;
    auto const device = std::make_unique<device_type>(
        optim::averaged<Rule>{rule}, w.parameters, seed{i},
        masks ? optim::selection::thirds(Network::layers) : optim::selection::dense());
    device->set_training_rows(w.from.train->rows());
    auto const loss = [&] {
      return device->evaluate(w.from.train->x, w.from.train->y, adapt::weights::raw).loss;
    };
    mini_batches stream(*w.from.train, seed{i + 2000}, w.from.balanced);
    trial t;
    t.first_loss = loss();
    t.start = score_of(*device, *w.from.test, adapt::weights::raw);
    for (std::uint64_t const at : checkpoints) {
      // looked at on its way, so no optimizer is told how long the run is
      std::uint64_t const until = step > 0 ? at * step : at;
      auto const gone = [&] {
        return step > 0 ? device->totals().operations : device->totals().iterations;
      };
      if (gone() < until)
        adapt::run(*device, stream, adapt::budget{.non_finite = adapt::budget::unlimited},
                   [&](adapt::report const&) { return gone() < until; });
      t.points.push_back({score_of(*device, *w.from.test, adapt::weights::raw),
                          score_of(*device, *w.from.test, adapt::weights::averaged), loss()});
    }
    t.non_finite = device->totals().non_finite;
    return t;
  }

  recipe make_;
  std::vector<world> worlds_;
};

}  // namespace support
