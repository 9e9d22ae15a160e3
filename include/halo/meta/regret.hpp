// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/problem.hpp>

namespace halo::meta {

/// An optimizer that is compared, with all that is set once for every task.
template <class... Rules>
struct arm {
  std::string name;                           ///< for tables
  typename problem<Rules...>::any_rule rule;  ///< the optimizer
  bool by_horizon = false;  ///< a run of its own for each horizon: it, or its schedule, ends there
  bool told = true;         ///< whether it knows the horizon, where it asks
  bool head_alone = false;  ///< only the last layer learns
  bool of_grid = true;      ///< one of those that regret is measured against
};

/// Where optimizers are compared.
struct regret_options {
  std::vector<std::uint64_t> horizons{10, 30, 100, 300, 1000, 3000};  ///< ascending
  std::vector<std::size_t> rows{12, 50, 200, 1000};                   ///< examples to learn from
  std::size_t seeds = 10;        ///< of each problem with so many rows
  std::size_t batch = 32;        ///< examples of a step, at most
  std::uint64_t first_seed = 0;  ///< the others follow it
  std::size_t threads = 1;       ///< changes nothing but the time
};

/// Mean errors of all arms on one family with so many rows after so many steps.
struct regret_cell {
  std::string family;              ///< of the problems
  origin begins{};                 ///< how their runs begin
  std::size_t rows = 0;            ///< examples to learn from
  std::uint64_t horizon = 0;       ///< after so many steps
  double start = 0;                ///< mean error of the parameters that runs begin with
  std::vector<double> error, raw;  ///< of each arm: at the average, at the parameters
};

/// What an arm comes to over all cells.
struct regret_line {
  std::string name;                         ///< for tables
  double mean = 0, worst = 0;               ///< regret at the average, in points
  double raw = 0, raw_worst = 0;            ///< regret at the parameters, in points
  std::string worst_at;                     ///< the cell of the worst
  std::vector<double> by_horizon;           ///< mean, at the average
  std::array<double, origins> by_origin{};  ///< the same; NaN where no run begins so
  double below_start = 0;                   ///< most points below the start, head kept
  std::size_t cells_below = 0;              ///< cells more than a point below it
};

/// Errors of arms on tasks, and their regret: points below the best of the grid in that very cell
/// (family, rows, horizon), 0 where an arm is better than all of the grid.
///
/// The best is picked in hindsight from means over seeds, so it is better than any arm could know
/// to be; more seeds make that less.
struct regret_table {
  std::vector<std::string> names;       ///< of the arms
  std::vector<std::uint8_t> of_grid;    ///< whether each is one that regret is measured against
  std::vector<std::uint64_t> horizons;  ///< ascending
  std::vector<regret_cell> cells;       ///< one a family, rows and horizon

  /// What arm a comes to.
  [[nodiscard]] regret_line line(std::size_t a) const {
    regret_line l;
    l.name = names[a];
    l.by_horizon.assign(horizons.size(), 0.0);
    std::array<double, origins> begun{};
    auto const n = static_cast<double>(cells.size());
    for (regret_cell const& c : cells) {
      double const mean = 100 * regret(c.error, a), raw = 100 * regret(c.raw, a);
      l.mean += mean / n;
      l.raw += raw / n;
      if (l.worst_at.empty() || mean > l.worst) {
        l.worst = mean;
        l.worst_at = c.family + ", " + std::to_string(c.rows) + " rows, " +
                     std::to_string(c.horizon) + " steps";
      }
      l.raw_worst = std::max(l.raw_worst, raw);
      auto const h = static_cast<std::size_t>(
          std::find(horizons.begin(), horizons.end(), c.horizon) - horizons.begin());
      l.by_horizon[h] += mean / (n / static_cast<double>(horizons.size()));
      auto const o = static_cast<std::size_t>(c.begins);
      l.by_origin[o] += mean;
      begun[o] += 1;
      if (c.begins != origin::kept_head) continue;
      double const below = 100 * (std::max(c.error[a], c.raw[a]) - c.start);
      l.below_start = std::max(l.below_start, below);
      if (below > 1) ++l.cells_below;
    }
    for (std::size_t o = 0; o < origins; ++o) l.by_origin[o] /= begun[o];
    return l;
  }
  /// All arms, least mean regret first.
  [[nodiscard]] std::vector<regret_line> lines() const {
    std::vector<regret_line> all;
    for (std::size_t a = 0; a < names.size(); ++a) all.push_back(line(a));
    std::stable_sort(all.begin(), all.end(),
                     [](regret_line const& x, regret_line const& y) { return x.mean < y.mean; });
    return all;
  }
  /// The arm of the grid with the least error at the average in a cell; the first of equals.
  [[nodiscard]] std::size_t best(regret_cell const& c) const {
    std::size_t least = names.size();
    for (std::size_t a = 0; a < names.size(); ++a)
      if (of_grid[a] != 0 && (least == names.size() || c.error[a] < c.error[least])) least = a;
    return least;
  }
  /// By how many points an arm is better than another in the mean over all cells, at the average.
  [[nodiscard]] double gain(std::size_t a, std::size_t over) const {
    double sum = 0;
    for (regret_cell const& c : cells) sum += 100 * (c.error[over] - c.error[a]);
    return sum / static_cast<double>(cells.size());
  }

 private:
  [[nodiscard]] double regret(std::vector<double> const& errors, std::size_t a) const {
    double best = errors[a];
    for (std::size_t k = 0; k < errors.size(); ++k)
      if (of_grid[k] != 0) best = std::min(best, errors[k]);
    return errors[a] - best;
  }
};

namespace detail {

/// One place with so many rows and one seed.
struct regret_job {
  std::size_t problem, rows, seed;
};

/// The standings of one arm in one job: at 0 and at every horizon.
template <class... Rules>
[[nodiscard]] std::vector<standing> regret_runs(problem<Rules...> const& place,
                                                arm<Rules...> const& a, regret_options const& o,
                                                regret_job const& job) {
  episode e;
  e.told = a.told;
  e.rows = job.rows;
  e.batch = o.batch;
  e.head_alone = a.head_alone;
  e.draws = {(o.first_seed + job.seed) * 7919 + job.problem};
  std::vector<std::uint64_t> at{0};
  if (!a.by_horizon) {
    at.insert(at.end(), o.horizons.begin(), o.horizons.end());
    e.horizon = o.horizons.back();
    return place.run(a.rule, e, at);
  }
  std::vector<standing> all;
  for (std::uint64_t const h : o.horizons) {
    e.horizon = h;
    auto const seen = place.run(a.rule, e, std::array<std::uint64_t, 2>{0, h});
    if (all.empty()) all.push_back(seen[0]);
    all.push_back(seen[1]);
  }
  return all;
}

}  // namespace detail

/// Runs all arms on all problems, for all numbers of rows that a problem has, from all seeds: the
/// same rows, mini-batches and starts for every arm. An error that is not finite counts as 1.
///
/// @param ran  called as ran(runs so far, of how many), by one thread at a time
/// @throws halo::error where there are no arms, problems, horizons or seeds, or no arm of the grid,
///         horizons do not ascend, rows are 0, or problems of one family begin in different ways
template <class... Rules, class Progress>
[[nodiscard]] regret_table compare(
    std::vector<arm<Rules...>> const& arms,
    std::vector<std::shared_ptr<problem<Rules...> const>> const& problems, regret_options const& o,
    Progress&& ran) {
  bool const grid = std::any_of(arms.begin(), arms.end(), [](auto const& a) { return a.of_grid; });
  if (!grid || problems.empty() || o.horizons.empty() || o.rows.empty() || o.seeds == 0)
    fail("compare", "arms of the grid, problems, horizons, rows and seeds", "at least one of each",
         std::to_string(arms.size()) + " arms, " + std::to_string(problems.size()) + " problems");
  for (std::size_t h = 1; h < o.horizons.size(); ++h)
    if (o.horizons[h] <= o.horizons[h - 1])
      fail("compare", "horizons", "ascending", std::to_string(o.horizons[h]));
  if (std::count(o.rows.begin(), o.rows.end(), 0U) > 0) fail("compare", "rows", "from 1", "0");
  detail::expect_alike(problems);
  std::vector<detail::regret_job> jobs;
  for (std::size_t p = 0; p < problems.size(); ++p)
    for (std::size_t const n : o.rows)
      for (std::size_t s = 0; s < o.seeds && n <= problems[p]->available(); ++s)
        jobs.push_back({p, n, s});
  if (jobs.empty()) fail("compare", "rows", "at most those of a problem", "more");
  std::vector<std::vector<standing>> seen(jobs.size() * arms.size());
  std::size_t done = 0;
  std::mutex lock;
  for_each_parallel(seen.size(), o.threads, [&](std::size_t k) {
    auto const& job = jobs[k / arms.size()];
    seen[k] = detail::regret_runs(*problems[job.problem], arms[k % arms.size()], o, job);
    std::lock_guard const guard(lock);
    ran(++done, seen.size());
  });

  regret_table table;
  table.horizons = o.horizons;
  for (auto const& a : arms) {
    table.names.push_back(a.name);
    table.of_grid.push_back(a.of_grid ? 1 : 0);
  }
  struct sum {
    regret_cell cell;
    double runs = 0;
  };
  std::vector<double> const none(arms.size());
  std::map<std::tuple<std::string, std::size_t, std::size_t>, sum> sums;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    auto const& place = *problems[jobs[j].problem];
    for (std::size_t h = 0; h < o.horizons.size(); ++h) {
      sum& s = sums[{place.family(), jobs[j].rows, h}];
      regret_cell& c = s.cell;
      if (s.runs == 0)
        c = {place.family(), place.begins(), jobs[j].rows, o.horizons[h], 0, none, none};
      s.runs += 1;
      for (std::size_t a = 0; a < arms.size(); ++a) {
        auto const& run = seen[j * arms.size() + a];
        c.error[a] += detail::counted(run[h + 1].error);
        c.raw[a] += detail::counted(run[h + 1].raw_error);
        if (a == 0) c.start += detail::counted(run[0].raw_error);
      }
    }
  }
  for (auto& [key, s] : sums) {
    s.cell.start /= s.runs;
    for (double& e : s.cell.error) e /= s.runs;
    for (double& e : s.cell.raw) e /= s.runs;
    table.cells.push_back(std::move(s.cell));
  }
  return table;
}

}  // namespace halo::meta

#include <halo/macros_back.hpp>
