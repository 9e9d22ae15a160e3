// SPDX-License-Identifier: BSD-3-Clause
// Judges optimizers on tasks that no learned optimizer was trained on: accuracy after 1,000 and
// 3,000 steps of 64 examples, or the operations of so many of Adam's, raw and at averaged weights,
// beside Adam, tuned Adam and AdamW with warm-up; or how many of many long runs diverge.
#include <algorithm>
#include <array>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/meta/parallel.hpp>

#include "support/arguments.hpp"
#include "support/contender.hpp"
#include "support/evaluation_tables.hpp"
#include "support/evaluation_tasks.hpp"
#include "support/progress.hpp"

namespace {

using namespace support;

struct settings {
  evaluation_options tasks;
  std::string weights;
  std::vector<std::string> only;
  std::vector<std::uint64_t> checkpoints{1000, 3000};
  std::uint64_t steps = 20000;  // of a run whose stability is looked at
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  bool stability = false, operations = false;
};

constexpr std::array kinds_of_tasks{"gas", "drift", "thyroid", "har", "synthetic"};
constexpr char const* usage =
    "usage: compare_optimizers [--data DIR] [--tasks gas,drift,thyroid,har,synthetic]\n"
    "  [--weights FILE] [--seeds N] [--threads N] [--only NAME]... [--stability]\n"
    "  [--steps N] [--operations] [--quick]\n\n"
    "DIR holds the public data sets as published: gas/batch1.dat ..., thyroid/allhypo.data ...,\n"
    "'UCI HAR Dataset'/train ...; default: the variable HALO_DATA. Without it the gases come from\n"
    "the excerpt in examples/data/gas_sensor and other tasks are left out, which is said.\n"
    "--weights: what halo-evolve-rule wrote; default: the weights that halo ships.\n"
    "--only: the optimizer of this name, or those whose name begins so, instead\n"
    "of all or, with --stability, of the learned.\n"
    "--stability: 20,000 steps of the learned optimizers, or N, counts runs that diverge.\n"
    "--operations: all have what 1,000 and 3,000 steps of Adam on all layers cost.\n"
    "--quick: one seed, 100 steps, seconds.\n";

settings read_arguments(int count, char** argument) {
  settings s;
  s.tasks.data = data_folder();
  arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--quick")) {
      s.tasks.seeds = 1;
      s.tasks.length = 0.05;
      s.checkpoints = {50, 100};
      s.steps = 100;
    } else if (in.is("--stability")) {
      s.stability = true;
    } else if (in.is("--steps")) {
      s.steps = in.number();
    } else if (in.is("--operations")) {
      s.operations = true;
    } else if (in.is("--data")) {
      s.tasks.data = in.value();
    } else if (in.is("--tasks")) {
      s.tasks.tasks = in.words(kinds_of_tasks);
    } else if (in.is("--weights")) {
      s.weights = in.value();
    } else if (in.is("--only")) {
      s.only.push_back(in.value());
    } else if (in.is("--seeds")) {
      s.tasks.seeds = in.number();
    } else if (in.is("--threads")) {
      s.threads = in.number();
    } else {
      in.refuse();
    }
  }
  if (s.stability) {
    s.checkpoints.clear();
    for (std::uint64_t at = 1000; at < s.steps; at += 1000) s.checkpoints.push_back(at);
    s.checkpoints.push_back(s.steps);
  }
  return s;
}

/// Runs every cell, several at a time; a cell's bits do not depend on the threads.
void run_cells(evaluation& to, problems const& tasks, std::vector<contender> const& arms,
               settings const& s) {
  progress bar(to.cells() + tasks.size() * s.tasks.seeds);
  std::mutex guard;
  std::size_t done = 0;
  auto const begin = [&](std::string const& what) {
    std::lock_guard const lock(guard);
    bar.phase(what, done);
  };
  auto const end = [&] {
    std::lock_guard const lock(guard);
    ++done;
  };
  halo::meta::for_each_parallel(tasks.size() * s.tasks.seeds, s.threads, [&](std::size_t i) {
    begin("prepare " + tasks[i / s.tasks.seeds]->name());
    tasks[i / s.tasks.seeds]->prepare(i % s.tasks.seeds);
    end();
  });
  halo::meta::for_each_parallel(to.cells(), s.threads, [&](std::size_t i) {
    contender const& arm = arms[to.arm(i)];
    problem const& task = *tasks[to.task(i)];
    begin(task.name() + ": " + arm.name);
    to.put(i, task.run(arm, to.seed(i), to.checkpoints(), s.operations));
    end();
  });
  bar.finish();
}

int run(settings const& s) {
  halo::stopwatch const clock;
  std::vector<contender> arms = contenders(s.weights);
  if (s.stability && s.only.empty()) {
    std::erase_if(arms, [](contender const& a) { return a.of < family::prior; });
  }
  if (!s.only.empty()) {
    std::vector<std::string> names;
    for (contender const& a : arms) names.push_back(a.name);
    auto const meant = [&names](std::string const& name, std::string const& asked) {
      bool const whole = std::find(names.begin(), names.end(), asked) != names.end();
      return whole ? name == asked : name.starts_with(asked);
    };
    for (std::string const& asked : s.only)
      if (std::none_of(names.begin(), names.end(), [&](auto const& n) { return meant(n, asked); }))
        halo::fail("arguments", "--only", "the beginning of a name in the table", asked);
    std::erase_if(arms, [&](contender const& a) {
      return std::none_of(s.only.begin(), s.only.end(),
                          [&](std::string const& asked) { return meant(a.name, asked); });
    });
  }
  problems const tasks = evaluation_tasks(s.tasks);
  if (tasks.empty()) halo::fail("arguments", "--tasks", "one whose data are there", "none");
  evaluation all(tasks, arms, s.checkpoints, s.tasks.seeds);
  run_cells(all, tasks, arms, s);
  for (auto const& task : tasks)
    std::printf("%s: %s\n", task->name().c_str(), task->words().c_str());
  std::size_t diverged = 0;
  if (s.stability) {
    diverged = all.print_stability();
  } else {
    all.print_accuracies();
    for (family const f : {family::prior, family::trained}) all.print_differences(f);
  }
  std::printf("\n%zu runs, %.0f s on %zu threads\n", all.cells(), clock.seconds(), s.threads);
  return diverged == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** argument) {
  try {
    return run(read_arguments(count, argument));
  } catch (halo::error const& e) {
    std::fprintf(stderr, "compare_optimizers: %s\n", e.what());
    return 1;
  }
}
