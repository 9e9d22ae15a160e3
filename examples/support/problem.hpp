// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data/batches.hpp>
#include <halo/data/dataset.hpp>
#include <halo/nn.hpp>

#include "contender.hpp"

namespace support {

/// Shares of right answers on held-out examples.
struct score {
  double plain = 0;     ///< of all examples
  double balanced = 0;  ///< mean over the classes of the share in each
};

/// Where a run stood after so many steps.
struct point {
  score raw, averaged;
  double loss = 0;  ///< raw, over the training rows
};

/// One run of one optimizer on one problem from one seed.
struct trial {
  std::vector<point> points;     ///< one a checkpoint
  double first_loss = 0;         ///< before the first step
  std::uint64_t non_finite = 0;  ///< steps whose loss or gradient was not finite

  /// Whether a number was not finite, or the training loss ever stood above where it began.
  [[nodiscard]] bool diverged() const {
    return non_finite > 0 || std::any_of(points.begin(), points.end(), [this](point const& p) {
             return !(p.loss <= first_loss);
           });
  }
};

/// The examples of one seed.
struct materials {
  using dataset = std::shared_ptr<halo::data::dataset const>;
  dataset known;                  ///< what the network learned before; none: it begins from nothing
  dataset train, test;            ///< what it is to learn
  bool redraw_head = false;       ///< the classes are others than before
  bool balanced = false;          ///< mini-batches draw all classes alike
  std::uint64_t pretraining = 0;  ///< steps on what was known
};

/// Mini-batches of 64: epoch after epoch, or of classes drawn alike and rows drawn within them.
class mini_batches {
 public:
  static constexpr std::size_t size = 64;

  mini_batches(halo::data::dataset const& from, halo::seed s, bool balanced)
      : from_(&from), epochs_(from, size, s), draws_(s, 0x62616c), balanced_(balanced) {
    std::vector<halo::data::row_numbers> of(from.classes);
    for (std::size_t i = 0; i < from.rows(); ++i)
      of[static_cast<std::size_t>(from.y.data()[i])].push_back(static_cast<std::uint32_t>(i));
    for (auto& rows : of)
      if (!rows.empty()) classes_.push_back(std::move(rows));
    x_.resize(size * from.features());
  }

  halo::data::batch next() {
    if (!balanced_) return epochs_.next();
    for (std::uint32_t& row : rows_) {
      auto const& members = classes_[draws_.below(static_cast<std::uint32_t>(classes_.size()))];
      row = members[draws_.below(static_cast<std::uint32_t>(members.size()))];
    }
    halo::data::gather(*from_, rows_, x_, y_);
    return {halo::tensor::view(static_cast<float const*>(x_.data()),
                               std::array{size, from_->features()}),
            std::span<std::int32_t const>(y_)};
  }

 private:
  halo::data::dataset const* from_;
  halo::data::batches epochs_;
  halo::generator draws_;
  bool balanced_;
  std::vector<halo::data::row_numbers> classes_;
  std::vector<float> x_;
  std::array<std::uint32_t, size> rows_{};
  std::array<std::int32_t, size> y_{};
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
  /// @param checkpoints  numbers of steps, ascending
  [[nodiscard]] virtual trial run(contender const& of, std::size_t i,
                                  std::vector<std::uint64_t> const& checkpoints) const = 0;

 private:
  std::string name_;
  bool balanced_;
};

using problems = std::vector<std::unique_ptr<problem>>;

/// How well a network does on a dataset.
template <class Device>
[[nodiscard]] score score_of(Device& device, halo::data::dataset const& on,
                             halo::adapt::weights at) {
  constexpr std::size_t outputs = Device::network::outputs;
  std::vector<float> y(on.rows() * outputs);
  device.predict(std::span<float const>(on.x.data(), on.x.size()), y, at);
  std::vector<double> right(on.classes), rows(on.classes);
  score s;
  for (std::size_t i = 0; i < on.rows(); ++i) {
    float const* const out = y.data() + i * outputs;
    auto const label = static_cast<std::size_t>(on.y.data()[i]);
    bool const hit = std::max_element(out, out + outputs) == out + label;
    right[label] += hit ? 1 : 0;
    rows[label] += 1;
    s.plain += hit ? 1 / static_cast<double>(on.rows()) : 0;
  }
  double classes = 0;
  for (std::size_t c = 0; c < on.classes; ++c) {
    if (rows[c] == 0) continue;
    s.balanced += right[c] / rows[c];
    ++classes;
  }
  s.balanced /= classes;
  return s;
}

template <class Network>
class problem_of final : public problem {
 public:
  using recipe = std::function<materials(std::uint64_t seed)>;

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
                          std::vector<std::uint64_t> const& checkpoints) const override {
    return std::visit([&](auto const& rule) { return run_rule(rule_for(rule, i), i, checkpoints); },
                      of.rule);
  }

 private:
  struct world {
    materials from;
    std::vector<float> parameters;
  };

  template <class Rule>
  trial run_rule(Rule const& rule, std::size_t i,
                 std::vector<std::uint64_t> const& checkpoints) const {
    using namespace halo;
    world const& w = worlds_[i];
    // optimizers are compared, not the policies they prefer: dense for all
    using device_type =
        adapt::adapter<Network, nn::cross_entropy, optim::averaged<Rule>, 64, optim::selection>;
    auto const device =
        std::make_unique<device_type>(optim::averaged<Rule>{rule}, w.parameters, seed{i});
    device->training_rows(w.from.train->rows());
    auto const loss = [&] {
      return device->evaluate(w.from.train->x, w.from.train->y, adapt::weights::raw).loss;
    };
    mini_batches stream(*w.from.train, seed{i + 2000}, w.from.balanced);
    trial t;
    t.first_loss = loss();
    std::uint64_t done = 0;
    for (std::uint64_t const at : checkpoints) {
      adapt::run(*device, stream,
                 adapt::budget{.iterations = at - done, .non_finite = adapt::budget::unlimited});
      done = at;
      t.points.push_back({score_of(*device, *w.from.test, adapt::weights::raw),
                          score_of(*device, *w.from.test, adapt::weights::averaged), loss()});
    }
    t.non_finite = device->spent().non_finite;
    return t;
  }

  recipe make_;
  std::vector<world> worlds_;
};

}  // namespace support
