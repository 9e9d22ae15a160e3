// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/core/options.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>
#include <halo/meta/dealing.hpp>
#include <halo/meta/numbers.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/problem.hpp>
#include <halo/meta/sampling.hpp>
#include <halo/optim/adam.hpp>

namespace halo::meta {

/// What the end of a run is judged by, and how numbers move.
struct whole_run_options {
  std::uint64_t updates = 250;   ///< of the whole training, for the schedule
  std::size_t pairs = 24;        ///< of runs in an update
  double deviation = 0.2;        ///< σ of every number, on its line (meta::to_line)
  double rate = 0.06;            ///< of Adam, half a cosine down to a thirtieth
  double averaged_share = 0.25;  ///< of the updates, the last: the numbers are their mean
  double raw_share = 0.4;        ///< of the error at the parameters, beside that at their average
  double loss_share = 0.1;       ///< of the loss at the average, at most 5, beside the error
  double harm_share = 4;         ///< of the error above the start's, where the head is kept
  sampling episodes{};           ///< which adaptations
  std::size_t threads = 1;       ///< changes nothing but the time

  /// All that decides about the bits.
  static constexpr void record(auto& self, auto&& f) {
    f.option("updates", self.updates, allowed::at_least(1));
    f.option("pairs", self.pairs, allowed::at_least(1));
    f.option("deviation", self.deviation, allowed::positive());
    f.option("rate", self.rate, allowed::positive());
    f.option("averaged_share", self.averaged_share, allowed::share());
    f.option("raw_share", self.raw_share, allowed::share());
    f.option("loss_share", self.loss_share, allowed::non_negative());
    f.option("harm_share", self.harm_share, allowed::non_negative());
    f.part("episodes", self.episodes);
  }
};

/// Evolves the numbers of any optimizer (meta::numbers_of) by how well whole runs end, which no
/// window of a run tells.
///
/// An update samples episodes; each is run twice, from the same start and with the same
/// mini-batches, with numbers φ + ε and φ - ε on their lines, ε ~ N(0, σ²). With E± what the ends
/// are judged by,
///     ĝ = mean of ε (E₊ - E₋) / 2σ²                                  [Salimans et al. 2017]
///     E = (1 - r) error of the average + r error of the parameters + l min(loss, 5)
///         + h max(0, worse of both errors - error at the start - ½ %), where the head is kept
/// and Adam moves φ. All that chance decides is a function of seed, update and episode: the bits
/// are the same for any number of threads, or of machines that share the jobs of an update.
template <class Optimizer, class... Rules>
class whole_runs {
 public:
  /// What is sampled from.
  using problems_type = std::vector<std::shared_ptr<problem<Rules...> const>>;

  /// @throws halo::error where there are no problems, or an option is out of its range
  whole_runs(Optimizer const& rule, whole_run_options const& o, problems_type problems)
      : rule_(rule),
        options_(o),
        sampler_(o.episodes, problems),
        problems_(std::move(problems)),
        numbers_(numbers_of(rule)),
        mean_(numbers_.size(), 0.0),
        adam_(numbers_.size()) {
    check_options(o, "whole_runs");
    for (named_number const& n : numbers_) line_.push_back(to_line(n.value, n.range));
  }

  /// How many updates were made.
  [[nodiscard]] std::uint64_t updates() const noexcept { return update_; }
  /// How numbers move.
  [[nodiscard]] whole_run_options const& options() const noexcept { return options_; }
  /// The optimizer: at the mean of the last updates once there are some of those.
  [[nodiscard]] Optimizer optimizer() const { return at(averaged_ > 0 ? mean_ : line_); }

  /// Runs that an update consists of, two an episode.
  [[nodiscard]] std::size_t jobs() const noexcept { return 2 * options_.pairs; }
  /// Of which problem that run of the next update is, and through how many examples it goes: what
  /// it costs, for who shares them out.
  [[nodiscard]] work planned(std::size_t job) const {
    auto const chosen = sampler_.draw(update_, job / 2);
    std::size_t const batch = std::min(chosen.setup.batch, chosen.setup.rows);
    return {chosen.problem, static_cast<double>(chosen.setup.horizon) * static_cast<double>(batch)};
  }
  /// What run `job` of the next update comes to; threads and machines may share them.
  [[nodiscard]] double outcome(std::size_t job) const {
    std::size_t const i = job / 2;
    auto const chosen = sampler_.draw(update_, i);
    std::vector<double> line = line_;
    for (std::size_t k = 0; k < line.size(); ++k) line[k] += (job % 2 == 0 ? 1 : -1) * moved(i, k);
    std::array<std::uint64_t, 2> const looks{0, chosen.setup.horizon};
    auto const& place = *problems_[chosen.problem];
    auto const seen =
        place.run(typename problem<Rules...>::any_rule(at(line)), chosen.setup, looks);
    standing const &start = seen[0], &end = seen[1];
    double e = (1 - options_.raw_share) * end.error + options_.raw_share * end.raw_error +
               options_.loss_share * (end.loss < 5 ? end.loss : 5);  // where it is not finite, too
    if (place.begins() == origin::kept_head)
      e += options_.harm_share *
           std::max(0.0, std::max(end.error, end.raw_error) - start.raw_error - 0.005);
    return e;
  }
  /// What tells these problems, as this machine computes them, from others: where each stands
  /// before and after one step on a few rows.
  [[nodiscard]] std::uint64_t problems_fingerprint() const {
    std::vector<double> seen;
    std::array<std::uint64_t, 2> const looks{0, 1};
    episode setup{.horizon = 1, .rows = 16, .batch = 16, .draws = options_.episodes.draws};
    for (auto const& place : problems_) {
      setup.rows = std::min<std::size_t>(16, place->available());
      for (standing const& s :
           place->run(typename problem<Rules...>::any_rule(rule_), setup, looks))
        seen.insert(seen.end(), {s.error, s.raw_error, s.loss});
    }
    return fingerprint_of(std::span<double const>(seen)).value();
  }
  /// Moves the numbers by the outcomes of all jobs, in their order; pairs that are not finite are
  /// left out.
  /// @return the mean of the others
  /// @throws halo::error where there are none; nothing has changed then
  double learn(std::span<double const> outcomes) {
    HALO_EXPECTS(outcomes.size() == jobs(), "whole_runs: one outcome for every job");
    double mean = 0;
    std::vector<double> gradient(line_.size(), 0.0);
    auto const finite = [&](std::size_t i) {
      return std::isfinite(outcomes[2 * i]) && std::isfinite(outcomes[2 * i + 1]);
    };
    double pairs = 0;
    for (std::size_t i = 0; i < options_.pairs; ++i) pairs += finite(i) ? 1 : 0;
    if (pairs == 0)
      fail("whole_runs", "update " + std::to_string(update_), "a pair of finite outcomes", "none");
    for (std::size_t i = 0; i < options_.pairs; ++i) {
      if (!finite(i)) continue;
      double const up = outcomes[2 * i], down = outcomes[2 * i + 1];
      double const slope = (up - down) / (2 * options_.deviation * options_.deviation * pairs);
      mean += (up + down) / (2 * pairs);
      for (std::size_t k = 0; k < line_.size(); ++k) gradient[k] += slope * moved(i, k);
    }
    double const done = static_cast<double>(update_) / static_cast<double>(options_.updates);
    double const fall = 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, done)));
    auto const rate = static_cast<float>(options_.rate * (1 + 29 * fall) / 30);
    optim::adam const rule{{.rate = rate, .beta2 = 0.98F}};
    for (std::size_t k = 0; k < line_.size(); ++k)
      (void)rule.step(&line_[k], static_cast<double const*>(&gradient[k]), adam_[k]);
    ++update_;
    if (done >= 1 - options_.averaged_share) {
      ++averaged_;
      for (std::size_t k = 0; k < line_.size(); ++k)
        mean_[k] += (line_[k] - mean_[k]) / static_cast<double>(averaged_);
    }
    return mean;
  }
  /// One update. @return the mean outcome of its runs
  double update() {
    std::vector<double> outcomes(jobs());
    for_each_parallel(jobs(), options_.threads, [&](std::size_t j) { outcomes[j] = outcome(j); });
    return learn(outcomes);
  }

  /// All that decides about the bits of this training, and what it goes on from.
  static void record(auto& self, auto&& f) {
    f.constant("way.name", "whole runs");
    f.part("way", self.options_);
    f.part("optimizer", std::as_const(self.rule_));
    for (std::size_t i = 0; i < self.problems_.size(); ++i) {
      std::string const name = "problem." + std::to_string(i);
      f.constant(name, self.problems_[i]->family());
      f.constant(name + ".rows", self.problems_[i]->available());
      f.constant(name + ".begins", self.problems_[i]->begins());
    }
    f.number("update", self.update_);
    f.number("averaged", self.averaged_, allowed::between(0, 0x1p62));
    f.per_problem("numbers", std::span(self.line_));
    f.per_problem("mean", std::span(self.mean_));
    for (std::size_t k = 0; k < self.adam_.size(); ++k)
      f.part("adam." + std::to_string(k), self.adam_[k]);
  }

 private:
  /// ε of number k in episode i of the next update.
  [[nodiscard]] double moved(std::size_t i, std::size_t k) const {
    generator g(options_.episodes.draws, 2 * i);
    g.seek(update_ * line_.size() + k);
    return options_.deviation * static_cast<double>(g.normal());
  }
  [[nodiscard]] Optimizer at(std::vector<double> const& line) const {
    std::vector<double> values(line.size());
    for (std::size_t k = 0; k < line.size(); ++k) values[k] = from_line(line[k], numbers_[k].range);
    return with_numbers(rule_, values);
  }

  Optimizer rule_;
  whole_run_options options_;
  sampler<Rules...> sampler_;
  problems_type problems_;
  std::vector<named_number> numbers_;
  std::vector<double> line_, mean_;
  std::vector<optim::adam::state<flat_layout<1>, double>> adam_;
  std::uint64_t update_ = 0, averaged_ = 0;
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
