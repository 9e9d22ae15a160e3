// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "contender.hpp"
#include "problem.hpp"

namespace support {

/// A number and the standard error of its mean over seeds.
struct estimate {
  double value = 0, error = 0;
};

/// All runs of a comparison, and its tables in Markdown.
class evaluation {
 public:
  evaluation(problems const& tasks, std::vector<contender> const& arms,
             std::vector<std::uint64_t> checkpoints, std::size_t seeds)
      : arms_(&arms),
        checkpoints_(std::move(checkpoints)),
        seeds_(seeds),
        trials_(tasks.size() * arms.size() * seeds) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      bool const balanced = tasks[i]->balanced();
      columns_.push_back({i, balanced, true, tasks[i]->name() + (balanced ? ", balanced" : "")});
      if (balanced) columns_.push_back({i, false, false, tasks[i]->name() + ", plain"});
    }
  }

  [[nodiscard]] std::size_t cells() const noexcept { return trials_.size(); }
  /// The part of cell i: its task, optimizer and seed.
  [[nodiscard]] std::size_t task(std::size_t i) const noexcept {
    return i / seeds_ / arms_->size();
  }
  [[nodiscard]] std::size_t arm(std::size_t i) const noexcept { return i / seeds_ % arms_->size(); }
  [[nodiscard]] std::size_t seed(std::size_t i) const noexcept { return i % seeds_; }
  [[nodiscard]] std::vector<std::uint64_t> const& checkpoints() const noexcept {
    return checkpoints_;
  }
  void put(std::size_t i, trial t) { trials_[i] = std::move(t); }

  /// Accuracies of all optimizers at each checkpoint, raw / averaged.
  void print_accuracies() const {
    for (std::size_t c = 0; c < checkpoints_.size(); ++c) {
      std::printf("\nAccuracy after %llu steps, %zu seed%s, raw / averaged weights (%%)\n\n",
                  static_cast<unsigned long long>(checkpoints_[c]), seeds_, seeds_ == 1 ? "" : "s");
      print_head("optimizer");
      for (std::size_t a = 0; a < arms_->size(); ++a)
        print_row((*arms_)[a].name, c, [a](column const&, bool) { return a; });
      auto const best = [&](family f) {
        return [this, f, c](column const& k, bool averaged) { return best_of(f, k, c, averaged); };
      };
      if (has(family::adam)) print_row("best Adam of a cell", c, best(family::adam));
      if (has(family::adamw)) print_row("best AdamW of a cell", c, best(family::adamw));
    }
  }

  /// How much better the arm of a family is than the baselines, like for like, in points.
  void print_differences(family of) const {
    if (!has(of)) return;
    std::vector<std::pair<char const*, family>> against;
    if (default_adam() < arms_->size()) against.emplace_back("Adam 0.001", family::none);
    if (has(family::adam)) against.emplace_back("best Adam", family::adam);
    if (has(family::adamw)) against.emplace_back("best AdamW", family::adamw);
    if (of == family::trained && has(family::prior)) against.emplace_back("prior", family::prior);
    std::printf("\n%s: points above, ± standard error over the seeds, raw / averaged weights\n\n",
                name_of(of).c_str());
    print_head("steps, against");
    for (std::size_t c = 0; c < checkpoints_.size(); ++c) {
      for (auto const& [name, base] : against) {
        std::printf("| %llu, %s", static_cast<unsigned long long>(checkpoints_[c]), name);
        estimate mean[2];
        double counted = 0;
        for (column const& k : columns_) {
          estimate e[2];
          for (bool const averaged : {false, true}) {
            std::size_t const other =
                base == family::none ? default_adam() : best_of(base, k, c, averaged);
            e[averaged] = difference(best_of(of, k, c, averaged), other, k, c, averaged);
            if (!k.counted) continue;
            mean[averaged].value += e[averaged].value;
            mean[averaged].error += e[averaged].error * e[averaged].error;
          }
          if (k.counted) ++counted;
          print_pair(e[0], e[1]);
        }
        for (estimate& m : mean) m = {m.value / counted, std::sqrt(m.error) / counted};
        print_pair(mean[0], mean[1]);
        std::printf(" |\n");
      }
    }
  }

  /// Runs that diverged, and the worst and mean accuracy at the end.
  [[nodiscard]] std::size_t print_stability() const {
    std::printf(
        "\n%zu seeds of %llu steps: runs that diverged, runs that ended below their start, then "
        "least and mean accuracy of raw weights at the end (%%)\n\n",
        seeds_, static_cast<unsigned long long>(checkpoints_.back()));
    print_head("optimizer", "diverged");
    std::size_t all = 0;
    for (std::size_t a = 0; a < arms_->size(); ++a) {
      std::printf("| %s", (*arms_)[a].name.c_str());
      std::size_t sum = 0;
      for (column const& k : columns_) {
        std::size_t diverged = 0, below = 0;
        double least = 100;
        for (std::size_t s = 0; s < seeds_; ++s) {
          diverged += at(k.task, a, s).diverged() ? 1U : 0U;
          double const end = value(k, a, s, checkpoints_.size() - 1, false);
          least = std::min(least, end);
          score const& start = at(k.task, a, s).start;
          below += end < 100 * (k.balanced ? start.balanced : start.plain) ? 1U : 0U;
        }
        if (k.counted) sum += diverged;
        std::printf(" | %zu, %zu, %.1f, %.1f", diverged, below, least,
                    mean_of(k, a, checkpoints_.size() - 1, false));
      }
      std::printf(" | %zu |\n", sum);
      all += sum;
    }
    return all;
  }

 private:
  /// One column of a table: a task's score.
  struct column {
    std::size_t task = 0;
    bool balanced = false;
    bool counted = false;  ///< in the mean over tasks
    std::string name;
  };

  [[nodiscard]] trial const& at(std::size_t task, std::size_t arm, std::size_t seed) const {
    return trials_[(task * arms_->size() + arm) * seeds_ + seed];
  }
  [[nodiscard]] double value(column const& k, std::size_t arm, std::size_t seed, std::size_t c,
                             bool averaged) const {
    point const& p = at(k.task, arm, seed).points[c];
    score const& s = averaged ? p.averaged : p.raw;
    return 100 * (k.balanced ? s.balanced : s.plain);
  }
  [[nodiscard]] double mean_of(column const& k, std::size_t arm, std::size_t c,
                               bool averaged) const {
    double sum = 0;
    for (std::size_t s = 0; s < seeds_; ++s) sum += value(k, arm, s, c, averaged);
    return sum / static_cast<double>(seeds_);
  }
  /// Seed by seed: all optimizers begin at the same parameters and see the same mini-batches.
  [[nodiscard]] estimate difference(std::size_t arm, std::size_t other, column const& k,
                                    std::size_t c, bool averaged) const {
    double const n = static_cast<double>(seeds_);
    estimate e{mean_of(k, arm, c, averaged) - mean_of(k, other, c, averaged), 0};
    for (std::size_t s = 0; s < seeds_; ++s) {
      double const off = value(k, arm, s, c, averaged) - value(k, other, s, c, averaged) - e.value;
      e.error += off * off;
    }
    e.error = seeds_ > 1 ? std::sqrt(e.error / (n - 1) / n) : 0;
    return e;
  }
  [[nodiscard]] bool has(family f) const {
    for (contender const& a : *arms_)
      if (a.of == f) return true;
    return false;
  }
  [[nodiscard]] std::string name_of(family f) const {
    for (contender const& a : *arms_)
      if (a.of == f) return a.name;
    return {};
  }
  [[nodiscard]] std::size_t default_adam() const {
    for (std::size_t a = 0; a < arms_->size(); ++a)
      if ((*arms_)[a].name == "Adam 0.001") return a;
    return arms_->size();
  }
  /// The member of a family with the best held-out accuracy in this very cell: tuned on the test.
  [[nodiscard]] std::size_t best_of(family f, column const& k, std::size_t c, bool averaged) const {
    std::size_t best = arms_->size();
    for (std::size_t a = 0; a < arms_->size(); ++a) {
      if ((*arms_)[a].of != f) continue;
      if (best == arms_->size() || mean_of(k, a, c, averaged) > mean_of(k, best, c, averaged))
        best = a;
    }
    return best;
  }

  void print_head(char const* first, char const* last = "mean") const {
    std::printf("| %s", first);
    for (column const& k : columns_) std::printf(" | %s", k.name.c_str());
    std::printf(" | %s |\n|---", last);
    for (std::size_t i = 0; i < columns_.size() + 1; ++i) std::printf("|---");
    std::printf("|\n");
  }
  /// @param choose  the optimizer of a column and of raw or averaged weights
  template <class Choose>
  void print_row(std::string const& name, std::size_t c, Choose choose) const {
    std::printf("| %s", name.c_str());
    double sum[2]{}, counted = 0;
    for (column const& k : columns_) {
      double v[2];
      for (bool const averaged : {false, true}) {
        v[averaged] = mean_of(k, choose(k, averaged), c, averaged);
        if (k.counted) sum[averaged] += v[averaged];
      }
      if (k.counted) ++counted;
      std::printf(" | %.1f / %.1f", v[0], v[1]);
    }
    std::printf(" | %.1f / %.1f |\n", sum[0] / counted, sum[1] / counted);
  }
  static void print_pair(estimate const& raw, estimate const& averaged) {
    std::printf(" | %+.1f ± %.1f / %+.1f ± %.1f", raw.value, raw.error, averaged.value,
                averaged.error);
  }

  std::vector<contender> const* arms_;
  std::vector<std::uint64_t> checkpoints_;
  std::size_t seeds_;
  std::vector<trial> trials_;
  std::vector<column> columns_;
};

}  // namespace support
