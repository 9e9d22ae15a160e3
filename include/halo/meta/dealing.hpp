// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <span>
#include <vector>

#include <halo/core/assert.hpp>

namespace halo::meta {

/// A job, as far as it is known before it is done.
struct work {
  std::size_t kind = 0;  ///< jobs of one kind take time in proportion to their amount
  double amount = 0;     ///< above 0
};

/// Deals jobs out to workers so that all are done at about the same time, by what jobs before took.
///
/// The longest job first, each to who has the least to do so far, which is done after at most 4/3
/// of the least time possible [Graham 1969]. Who learned from the same numbers deals alike.
class dealing {
 public:
  /// Seconds that a job is expected to take: its amount times the seconds that one took of its
  /// kind, or where none was done yet, of all kinds; 1 where nothing was done.
  [[nodiscard]] double expected(work const& job) const {
    auto const known = kinds_.find(job.kind);
    sum const& s = known == kinds_.end() ? all_ : known->second;
    return job.amount * (s.amount > 0 ? s.seconds / s.amount : 1.0);
  }

  /// The jobs of each worker by their places, the longest first.
  [[nodiscard]] std::vector<std::vector<std::size_t>> hands(std::span<work const> jobs,
                                                            std::size_t workers) const {
    HALO_EXPECTS(workers > 0, "dealing: somebody has to work");
    std::vector<double> seconds;
    for (work const& job : jobs) seconds.push_back(expected(job));
    std::vector<std::size_t> order(jobs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return seconds[a] > seconds[b]; });
    std::vector<std::vector<std::size_t>> dealt(workers);
    std::vector<double> busy(workers, 0.0);
    for (std::size_t const job : order) {
      auto const least = std::min_element(busy.begin(), busy.end());
      *least += seconds[job];
      dealt[static_cast<std::size_t>(least - busy.begin())].push_back(job);
    }
    return dealt;
  }

  /// Learns from jobs that were done and the seconds that each took.
  void learn(std::span<work const> jobs, std::span<double const> seconds) {
    HALO_EXPECTS(jobs.size() == seconds.size(), "dealing: seconds for every job");
    for (std::size_t i = 0; i < jobs.size(); ++i)
      for (sum* const s : {&kinds_[jobs[i].kind], &all_}) {
        s->amount += jobs[i].amount;
        s->seconds += seconds[i];
      }
  }

 private:
  struct sum {
    double amount = 0, seconds = 0;
  };
  std::map<std::size_t, sum> kinds_;
  sum all_;
};

}  // namespace halo::meta
