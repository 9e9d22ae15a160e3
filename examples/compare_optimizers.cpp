// SPDX-License-Identifier: BSD-3-Clause
// Judges optimizers on tasks that no learned optimizer was trained on: accuracy after 1,000 and
// 3,000 steps of 64 examples, raw and at averaged weights, beside Adam, tuned Adam and AdamW with
// warm-up; or how many of many long runs diverge.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/meta/parallel.hpp>

#include "support/contender.hpp"
#include "support/evaluation_tables.hpp"
#include "support/evaluation_tasks.hpp"
#include "support/progress.hpp"

namespace {

using namespace support;

struct settings {
  evaluation_options tasks;
  std::string weights;
  std::vector<std::uint64_t> checkpoints{1000, 3000};
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  bool stability = false;
};

constexpr char const* usage =
    "usage: compare_optimizers [--data DIR] [--tasks gas,drift,thyroid,har,synthetic]\n"
    "  [--weights FILE] [--seeds N] [--threads N] [--stability] [--quick]\n\n"
    "DIR holds the public data sets as published: gas/batch1.dat ..., thyroid/allhypo.data ...,\n"
    "'UCI HAR Dataset'/train ...; default: the variable HALO_DATA. Without it the gases come from\n"
    "the excerpt in examples/data/gas_sensor and other tasks are left out, which is said.\n"
    "--weights: what halo-meta-train --preset best wrote; default: the weights that halo ships.\n"
    "--stability: 20,000 steps of the learned optimizers, counts runs that diverge.\n"
    "--quick: one seed, 100 steps, seconds.\n";

[[noreturn]] void leave(std::string const& what) {
  std::fprintf(what.empty() ? stdout : stderr, "%s%s%s", what.c_str(), what.empty() ? "" : "\n",
               usage);
  std::exit(what.empty() ? 0 : 2);
}

std::size_t number(std::string const& option, std::string const& text) {
  char* end = nullptr;
  long const n = std::strtol(text.c_str(), &end, 10);
  if (n <= 0 || n > 1000 || *end != '\0')
    leave(option + ": expected a number from 1 to 1000, found " + text);
  return static_cast<std::size_t>(n);
}

std::vector<std::string> words(std::string const& list) {
  std::vector<std::string> all(1);
  for (char const c : list) {
    if (c == ',')
      all.emplace_back();
    else
      all.back() += c;
  }
  return all;
}

settings read_arguments(int count, char** argument) {
  settings s;
  if (char const* const folder = std::getenv("HALO_DATA")) s.tasks.data = folder;
  for (int i = 1; i < count; ++i) {
    std::string const a = argument[i];
    if (a == "--help") leave("");
    if (a == "--quick") {
      s.tasks.seeds = 1;
      s.tasks.length = 0.05;
      s.checkpoints = {50, 100};
      continue;
    }
    if (a == "--stability") {
      s.stability = true;
      s.checkpoints.clear();
      for (std::uint64_t at = 1000; at <= 20000; at += 1000) s.checkpoints.push_back(at);
      continue;
    }
    std::string const value = i + 1 < count ? argument[++i] : "";
    if (value.empty()) leave(a + ": unknown, or without its value");
    if (a == "--data") {
      s.tasks.data = value;
    } else if (a == "--tasks") {
      s.tasks.tasks = words(value);
    } else if (a == "--weights") {
      s.weights = value;
    } else if (a == "--seeds") {
      s.tasks.seeds = number(a, value);
    } else if (a == "--threads") {
      s.threads = number(a, value);
    } else {
      leave(a + ": unknown");
    }
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
    to.put(i, task.run(arm, to.seed(i), to.checkpoints()));
    end();
  });
  bar.finish();
}

int run(settings const& s) {
  halo::stopwatch const clock;
  std::vector<contender> arms = contenders(s.weights);
  if (s.stability) {
    std::erase_if(
        arms, [](contender const& a) { return a.of != family::prior && a.of != family::trained; });
  }
  problems const tasks = evaluation_tasks(s.tasks);
  if (tasks.empty()) leave("no task is left");
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
