// SPDX-License-Identifier: BSD-3-Clause
// Runs the experiments of HALO's paper again, and more optimizers than it has: a line of JSON for
// every run. scripts/report.py makes tables, figures and verdicts of the lines;
// scripts/reproduce.sh does both. A program that was stopped goes on where it was.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/meta/parallel.hpp>

#include "experiment/lines.hpp"
#include "experiment/plan.hpp"
#include "experiment/subjects.hpp"
#include "support/arguments.hpp"
#include "support/progress.hpp"

namespace {

using namespace experiment;

constexpr char const* usage =
    "usage: halo-reproduce --studies "
    "all|table2,table3,table4,table5,figure4,figure5,figure6,figure8\n"
    "  [--data DIR] [--out FILE] [--seeds N] [--threads N] [--quick]\n\n"
    "DIR holds the public data sets (scripts/fetch-data.sh); default: the variable HALO_DATA.\n"
    "FILE, reproduced.jsonl unless told, gets a line of JSON for every run; runs whose line is "
    "there\n"
    "are not done again. --quick: one seed and a hundredth of the iterations.\n";

struct settings {
  std::vector<std::string> studies;
  std::string data = support::data_folder(), out = "reproduced.jsonl";
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  extent much;
};

settings read_arguments(int count, char** argument) {
  constexpr std::array<char const*, 9> names{"all",     "table2",  "table3",  "table4", "table5",
                                             "figure4", "figure5", "figure6", "figure8"};
  settings s;
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--studies")) {
      s.studies = in.words(names);
    } else if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--out")) {
      s.out = in.value();
    } else if (in.is("--seeds")) {
      s.much.seeds = in.number();
    } else if (in.is("--threads")) {
      s.threads = in.number();
    } else if (in.is("--quick")) {
      s.much.quick = true;
    } else {
      in.refuse();
    }
  }
  return s;
}

/// All runs of these studies, each once.
std::vector<trial> trials(settings const& s) {
  std::vector<trial> all;
  std::set<std::string> seen;
  auto const wanted = [&](std::string const& name) {
    return s.studies.empty() || std::ranges::count(s.studies, "all") > 0 ||
           std::ranges::count(s.studies, name) > 0;
  };
  for (study const& one : studies())
    if (wanted(one.name))
      for (trial const& t : trials_of(one, s.much))
        if (seen.insert(t.key()).second) all.push_back(t);
  return all;
}

int run(settings const& s) {
  if (s.data.empty()) support::leave_without_data("halo-reproduce");
  lines results(s.out);
  std::vector<trial> left = trials(s);
  std::size_t const total = left.size();
  std::erase_if(left, [&](trial const& t) { return results.has(t.key()); });
  std::map<std::string, std::unique_ptr<subject>> subjects;
  for (trial const& t : left)
    if (!subjects.contains(t.network)) subjects[t.network] = subject_called(t.network, s.data);
  std::erase_if(left, [&](trial const& t) { return subjects[t.network] == nullptr; });
  std::printf("%zu runs, %zu of them to do\n", total, left.size());

  support::progress bar(left.size());
  std::mutex guard;
  std::size_t done = 0;
  halo::meta::for_each_parallel(left.size(), s.threads, [&](std::size_t i) {
    trial const& t = left[i];
    {
      std::lock_guard const lock(guard);
      bar.phase(t.network + ", seed " + std::to_string(t.seed), done);
    }
    results.add(line_of(t, subjects.at(t.network)->run(t)));
    std::lock_guard const lock(guard);
    ++done;
  });
  bar.finish();
  return 0;
}

}  // namespace

int main(int count, char** argument) {
  try {
    return run(read_arguments(count, argument));
  } catch (halo::error const& e) {
    std::fprintf(stderr, "halo-reproduce: %s\n", e.what());
    return 1;
  }
}
