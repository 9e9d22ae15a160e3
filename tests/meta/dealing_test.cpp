// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/dealing.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/core/random.hpp>

namespace meta_dealing_test {

using namespace halo;

namespace {

std::vector<meta::work> some_jobs(std::size_t n, std::uint64_t draws) {
  generator g(seed{draws});
  std::vector<meta::work> jobs;
  for (std::size_t i = 0; i < n; ++i)
    jobs.push_back({g.below(3), 1 + 99 * static_cast<double>(g.uniform())});
  return jobs;
}

/// When the last worker is done.
double end_of(std::vector<std::vector<std::size_t>> const& hands,
              std::vector<double> const& seconds) {
  double last = 0;
  for (auto const& hand : hands) {
    double sum = 0;
    for (std::size_t const job : hand) sum += seconds[job];
    last = std::max(last, sum);
  }
  return last;
}

/// The least possible end, by trying everything.
double least_end(std::vector<double> const& seconds, std::size_t workers) {
  std::size_t ways = 1;
  for (std::size_t i = 0; i < seconds.size(); ++i) ways *= workers;
  double least = 1e300;
  for (std::size_t way = 0; way < ways; ++way) {
    std::vector<double> busy(workers, 0.0);
    std::size_t rest = way;
    for (double const s : seconds) {
      busy[rest % workers] += s;
      rest /= workers;
    }
    least = std::min(least, *std::max_element(busy.begin(), busy.end()));
  }
  return least;
}

}  // namespace

TEST_CASE("dealing: every job is in one hand, the longest of a hand first") {
  meta::dealing const d;
  for (std::size_t const workers : {1U, 2U, 3U, 7U, 40U}) {
    auto const jobs = some_jobs(20, workers);
    auto const hands = d.hands(jobs, workers);
    REQUIRE(hands.size() == workers);
    std::vector<std::size_t> all;
    for (auto const& hand : hands) {
      all.insert(all.end(), hand.begin(), hand.end());
      for (std::size_t i = 1; i < hand.size(); ++i)
        CHECK(jobs[hand[i - 1]].amount >= jobs[hand[i]].amount);
    }
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == jobs.size());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == i);
  }
  CHECK(d.hands({}, 3).size() == 3);
}

TEST_CASE("dealing: done after at most 4/3 of the least time there is") {
  meta::dealing const d;
  double worst = 0;
  for (std::uint64_t draws = 1; draws <= 40; ++draws)
    for (std::size_t const workers : {2U, 3U}) {
      auto const jobs = some_jobs(8, draws);
      std::vector<double> seconds;
      for (auto const& job : jobs) seconds.push_back(job.amount);
      double const share = end_of(d.hands(jobs, workers), seconds) / least_end(seconds, workers);
      CHECK(share <= 4.0 / 3);
      worst = std::max(worst, share);
    }
  CHECK(worst > 1);  // it is no search
}

TEST_CASE("dealing: what a job takes is learned by its kind") {
  meta::dealing d;
  CHECK(d.expected({4, 10}) == 10);
  d.learn(std::vector<meta::work>{{0, 10}, {1, 10}, {0, 30}}, std::vector<double>{1, 10, 3});
  CHECK(d.expected({0, 20}) == doctest::Approx(2));
  CHECK(d.expected({1, 20}) == doctest::Approx(20));
  CHECK(d.expected({2, 50}) == doctest::Approx(14));  // as all on average
  // by their amounts alone, the two slow jobs would be in one hand
  std::vector<meta::work> const jobs{{1, 10}, {1, 10}, {0, 12}, {0, 12}};
  auto const slow = [&](std::vector<std::size_t> const& hand) {
    return std::count_if(hand.begin(), hand.end(), [](std::size_t job) { return job < 2; });
  };
  for (auto const& hand : d.hands(jobs, 2)) CHECK(slow(hand) == 1);
  CHECK(end_of(meta::dealing().hands(some_jobs(48, 1), 4), std::vector<double>(48, 1.0)) >= 12);
}

}  // namespace meta_dealing_test
