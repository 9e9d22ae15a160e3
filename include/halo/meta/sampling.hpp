// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/meta/problem.hpp>

namespace halo::meta {

/// Which adaptations optimizers are evolved on.
struct sampling {
  std::uint64_t shortest_run = 10, longest_run = 3000;  ///< steps
  /// the share u of all runs is shorter than shortest_run·(longest_run/shortest_run)^u^skew: 1 is
  /// log-uniform, more makes long runs rarer, and an update cheaper
  double skew = 1;
  double untold = 0.15;  ///< share of runs whose optimizer does not know the horizon
  std::size_t least_rows = 10, most_rows = 600;  ///< log-uniform
  double many_rows = 0.2;  ///< share of runs that may have all the rows there are
  seed draws{};            ///< of all that chance decides

  static constexpr void record(auto& self, auto&& f) {
    f.option("shortest_run", self.shortest_run, allowed::at_least(1));
    f.option("longest_run", self.longest_run,
             allowed::at_least(static_cast<double>(self.shortest_run)));
    f.option("skew", self.skew, allowed::positive());
    f.option("untold", self.untold, allowed::share());
    f.option("least_rows", self.least_rows, allowed::at_least(1));
    f.option("most_rows", self.most_rows, allowed::at_least(static_cast<double>(self.least_rows)));
    f.option("many_rows", self.many_rows, allowed::share());
    f.option("draws", self.draws.value, allowed::finite());
  }
};

/// Draws episodes in balance: first how a run begins, in turn, then a family of those that do, then
/// a problem of the family.
template <class... Rules>
class sampler {
 public:
  /// @throws halo::error where there is no problem
  sampler(sampling const& o, std::vector<std::shared_ptr<problem<Rules...> const>> const& problems)
      : options_(o) {
    if (problems.empty()) fail("sampling", "problems", "at least one", "none");
    check_options(o, "sampling");
    std::array<std::map<std::string, std::vector<std::size_t>>, origins> by;
    for (std::size_t i = 0; i < problems.size(); ++i) {
      by[static_cast<std::size_t>(problems[i]->begins())][problems[i]->family()].push_back(i);
      available_.push_back(problems[i]->available());
    }
    for (auto const& families : by) {
      if (families.empty()) continue;
      kinds_.emplace_back();
      for (auto const& [name, members] : families) kinds_.back().push_back(members);
    }
  }

  /// An episode that was drawn.
  struct drawn {
    std::size_t problem = 0;  ///< its place among the problems
    episode setup;            ///< how it runs
  };
  /// Episode i of an update: a function of the seed and these alone.
  [[nodiscard]] drawn draw(std::uint64_t update, std::size_t i) const {
    generator g(options_.draws, 2 * i + 1);
    g.seek(update * 16);
    auto const pick = [&g](auto const& list) -> auto const& {
      return list[g.below(static_cast<std::uint32_t>(list.size()))];
    };
    auto const& families = kinds_[i % kinds_.size()];
    drawn d;
    d.problem = pick(pick(families));
    double const most = g.bernoulli(options_.many_rows) ? static_cast<double>(available_[d.problem])
                                                        : static_cast<double>(options_.most_rows);
    double const skewed = std::pow(static_cast<double>(g.uniform()), options_.skew);
    auto const between = [](double low, double high, double share) {
      return low * std::pow(std::max(high, low) / low, share);
    };
    d.setup.horizon =
        static_cast<std::uint64_t>(between(static_cast<double>(options_.shortest_run),
                                           static_cast<double>(options_.longest_run), skewed));
    d.setup.rows =
        static_cast<std::size_t>(between(static_cast<double>(options_.least_rows),
                                         std::min(most, static_cast<double>(available_[d.problem])),
                                         static_cast<double>(g.uniform())));
    d.setup.batch = std::size_t{16} << g.below(3);
    d.setup.told = !g.bernoulli(options_.untold);
    d.setup.draws = {g.words(update * 16 + 15)[0]};
    return d;
  }

 private:
  sampling options_;
  std::vector<std::vector<std::vector<std::size_t>>> kinds_;  // origin, family, problems
  std::vector<std::size_t> available_;
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
