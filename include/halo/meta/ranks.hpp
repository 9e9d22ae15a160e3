// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#if !__has_include(<mpi.h>)
#  error "halo: meta/ranks.hpp needs MPI (Debian: libopenmpi-dev); mpic++ finds it"
#endif

#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/io/file.hpp>
#include <halo/io/safetensors_parser.hpp>
#include <halo/meta/checkpoint.hpp>
#include <halo/meta/dealing.hpp>
#include <halo/meta/parallel.hpp>

// Evolution by several processes, through MPI's C interface. The only header of halo that needs
// MPI; no other header includes this one.

namespace halo::meta {

/// The processes that mpirun started, each with a copy of the same training: they share the runs of
/// an update and learn the same from all outcomes.
///
/// All members but those that only look must be called by all ranks, in the same order and by the
/// thread that made this. Outcomes are exchanged as they lie in memory and learned from in the
/// order of the jobs, so that any number of ranks gives the bits of one. Machines must be of one
/// kind: another processor rounds otherwise, which update() finds.
///
///     int main() {
///       halo::meta::ranks ranks;                       // before anything is printed
///       while (training.updates() < training.options().updates) {
///         ranks.update(training);                      // in place of training.update()
///         ranks.save("training.safetensors", training, "digits");
///       }
///     }
///
/// Where a rank dies, mpirun ends the others; what save() wrote is resumed by any number of ranks.
class ranks {
 public:
  /// The ranks of a communicator; initialises MPI where the program has not.
  /// @throws halo::error where MPI cannot bear threads that do not call it
  explicit ranks(MPI_Comm of = MPI_COMM_WORLD) : unwinding_(std::uncaught_exceptions()) {
    int initialised = 0, level = MPI_THREAD_SINGLE;
    MPI_Initialized(&initialised);
    owner_ = initialised == 0;
    if (owner_) MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level);
    MPI_Query_thread(&level);
    if (level < MPI_THREAD_FUNNELED)
      fail("ranks", "MPI", "a library and a start for programs with threads (MPI_THREAD_FUNNELED)",
           "MPI_THREAD_SINGLE");
    MPI_Comm_dup(of, &all_);
    int rank = 0, size = 1;
    MPI_Comm_rank(all_, &rank);
    MPI_Comm_size(all_, &size);
    rank_ = static_cast<std::size_t>(rank);
    size_ = static_cast<std::size_t>(size);
  }
  ranks(ranks const&) = delete;
  ranks& operator=(ranks const&) = delete;
  /// Waits for the others, unless an exception passes by: a program that ends then lets mpirun end
  /// the others.
  ~ranks() {
    if (std::uncaught_exceptions() > unwinding_) return;
    MPI_Comm_free(&all_);
    if (owner_) MPI_Finalize();
  }

  /// Which one this process is.
  [[nodiscard]] std::size_t rank() const noexcept { return rank_; }
  /// How many there are.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Whether this is the one that prints and writes.
  [[nodiscard]] bool first() const noexcept { return rank_ == 0; }
  /// Seconds that this rank spent on runs.
  [[nodiscard]] double running() const noexcept { return running_; }
  /// Seconds that it waited for the others' outcomes, and for their way here.
  [[nodiscard]] double waiting() const noexcept { return waiting_; }

  /// One update, its runs shared: each rank has the jobs that meta::dealing deals it, on as many
  /// threads as the training has.
  ///
  /// The first one also compares the problems (Training::problems_fingerprint).
  /// @return the mean outcome of all runs
  /// @throws halo::error on all ranks where one of them cannot run its jobs (that one throws its
  /// own error), or has another training: other options, other problems, other bits; nothing has
  /// changed then
  template <class Training>
  double update(Training& training) {
    std::vector<work> plan(training.jobs());
    for (std::size_t j = 0; j < plan.size(); ++j) plan[j] = training.planned(j);
    auto const jobs = dealing_.hands(plan, size_)[rank_];
    std::vector<result> mine(jobs.size());
    std::exception_ptr thrown;
    std::uint64_t state = detail::record_fingerprint(training);
    stopwatch clock;
    try {
      if (!compared_) state ^= training.problems_fingerprint();
      for_each_parallel(jobs.size(), training.options().threads, [&](std::size_t i) {
        stopwatch const run;
        double const outcome = training.outcome(jobs[i]);
        mine[i] = {jobs[i], outcome, run.seconds()};
      });
    } catch (...) {
      thrown = std::current_exception();
    }
    running_ += clock.seconds();
    clock.restart();
    auto const counts = agree(state, mine.size(), thrown);
    compared_ = true;
    std::vector<double> outcomes, seconds;
    for (result const& r : exchange(mine, counts, plan.size())) {
      outcomes.push_back(r.outcome);
      seconds.push_back(r.seconds);
    }
    waiting_ += clock.seconds();
    dealing_.learn(plan, seconds);
    return training.learn(outcomes);
  }

  /// meta::save by the first rank alone.
  /// @throws halo::error on all ranks where it cannot
  template <class Training>
  void save(std::string const& path, Training const& from, std::string_view recipe) {
    by_first(path, [&] { meta::save(path, from, recipe); });
  }

  /// meta::resume from a file that the first rank alone reads, saved by any number of ranks.
  /// @throws halo::error as there, on all ranks, with nothing changed
  template <class Training>
  void resume(std::string const& path, Training& to, std::string_view recipe) {
    aligned_buffer<std::byte> file;
    by_first(path, [&] { file = io::read_file(path, std::numeric_limits<int>::max()); });
    std::uint64_t size = file.size();
    MPI_Bcast(&size, 1, MPI_UINT64_T, 0, all_);
    if (!first()) file = aligned_buffer<std::byte>(static_cast<std::size_t>(size));
    MPI_Bcast(file.data(), static_cast<int>(size), MPI_BYTE, 0, all_);
    meta::resume(io::parse_safetensors(file.span(), path), to, recipe);
  }

  /// For a program that cannot go on: ends all ranks, where there are others.
  /// @return what main() should return where there are none
  int failed() const noexcept {
    if (size_ > 1) MPI_Abort(all_, 1);
    return 1;
  }

 private:
  /// What a run came to.
  struct result {
    std::uint64_t job;
    double outcome, seconds;
  };
  /// What each rank says before results are exchanged.
  struct notice {
    std::uint64_t state, results, failed;
  };

  /// How many results each rank has, where all have the same training and none has failed.
  [[nodiscard]] std::vector<std::size_t> agree(std::uint64_t state, std::size_t results,
                                               std::exception_ptr const& thrown) const {
    notice const own{state, results, thrown ? 1U : 0U};
    std::vector<notice> all(size_);
    MPI_Allgather(&own, sizeof own, MPI_BYTE, all.data(), sizeof own, MPI_BYTE, all_);
    if (thrown) std::rethrow_exception(thrown);
    std::vector<std::size_t> counts;
    for (std::size_t r = 0; r < size_; ++r) {
      if (all[r].failed != 0)
        fail("ranks", name_of(r), "outcomes of its runs", "an error, which it tells itself");
      if (all[r].state != all[0].state)
        fail("ranks", name_of(r),
             "the training of rank 0, bit by bit: same arguments, same data, machines of one kind",
             "another one");
      counts.push_back(static_cast<std::size_t>(all[r].results));
    }
    return counts;
  }

  /// The results of all ranks in the order of the jobs.
  [[nodiscard]] std::vector<result> exchange(std::vector<result> const& mine,
                                             std::vector<std::size_t> const& counts,
                                             std::size_t jobs) const {
    std::vector<int> bytes, places;
    std::size_t total = 0;
    for (std::size_t const n : counts) {
      bytes.push_back(static_cast<int>(n * sizeof(result)));
      places.push_back(static_cast<int>(total * sizeof(result)));
      total += n;
    }
    std::vector<result> all(total);
    MPI_Allgatherv(mine.data(), bytes[rank_], MPI_BYTE, all.data(), bytes.data(), places.data(),
                   MPI_BYTE, all_);
    std::sort(all.begin(), all.end(),
              [](result const& a, result const& b) { return a.job < b.job; });
    bool once = total == jobs;
    for (std::size_t j = 0; j < total; ++j) once = once && all[j].job == j;
    if (!once) fail("ranks", "runs of an update", "each by one rank", "some by none or several");
    return all;
  }

  /// Lets the first rank do something, and tells all whether it could.
  template <class Do>
  void by_first(std::string const& what, Do&& act) const {
    std::exception_ptr thrown;
    if (first()) try {
        act();
      } catch (...) {
        thrown = std::current_exception();
      }
    int failed = thrown ? 1 : 0;
    MPI_Bcast(&failed, 1, MPI_INT, 0, all_);
    if (thrown) std::rethrow_exception(thrown);
    if (failed != 0) fail("ranks", what, "a file for rank 0", "an error, which it tells itself");
  }

  [[nodiscard]] static std::string name_of(std::size_t r) { return "rank " + std::to_string(r); }

  MPI_Comm all_ = MPI_COMM_NULL;
  std::size_t rank_ = 0, size_ = 1;
  dealing dealing_;
  double running_ = 0, waiting_ = 0;
  int unwinding_;
  bool owner_ = false, compared_ = false;
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
