// SPDX-License-Identifier: BSD-3-Clause
// Runs the experiments of HALO's paper again, with more optimizers than it has, and others: a line
// of JSON for every run. scripts/report.py makes tables, figures and verdicts of the lines;
// scripts/reproduce.sh does both. A program that was stopped goes on where it was.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/energy/find_meter.hpp>
#include <halo/io/file.hpp>
#include <halo/meta/parallel.hpp>

#include "experiment/lines.hpp"
#include "experiment/optimizers.hpp"
#include "experiment/plan.hpp"
#include "experiment/subjects.hpp"
#include "support/arguments.hpp"
#include "support/progress.hpp"

namespace {

using namespace experiment;

constexpr char const* usage =
    "usage: halo-reproduce [EXPERIMENT]... [--data DIR] [--out FILE] [--seeds N] [--threads N]\n"
    "  [--arm NAME]... [--preset default|paper|authors] [--weights FILE]... [--meter] [--quick]\n"
    "  [--write-channels FILE]\n\n"
    "EXPERIMENT is table2, table3, table4, table5, figure3 to figure8 or figure10 of HALO's\n"
    "paper, networks, digits, activities, tasks, stability or policies; all unless told.\n"
    "DIR holds the public data sets (scripts/fetch-data.sh); default: the variable HALO_DATA.\n"
    "What is not there is left out, which is said; gases come from the excerpt in examples/data\n"
    "then. FILE, reproduced.jsonl unless told, gets a line of JSON for every run; runs whose line\n"
    "is there are not done again. --arm: only optimizers whose names in the tables begin so: halo\n"
    "is halo's rule, HALO the paper's. --preset: set up as halo would, as the paper says (small\n"
    "first weights), or as its released code (relu on logits, its domains, scaling and tables of\n"
    "patients in DIR/tdp, too). --weights: of HALO trained otherwise, for figure10;\n"
    "halo-meta-train --preset halo writes some. --meter: a run at a time, its joules also by the\n"
    "meter of the machine.\n"
    "--quick: one seed and a hundredth of the iterations.\n"
    "--write-channels: prunes preresnet20, writes the channels that stay, a header for\n"
    "include/halo/zoo/slimmed_channels.hpp, and ends.\n";

struct settings {
  std::vector<std::string> experiments, arms;
  std::string data = support::data_folder(), out = "reproduced.jsonl", channels;
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  bool meter = false;
  extent much;
};

preset preset_of(std::string const& word) {
  for (preset const p : {preset::paper, preset::authors})
    if (word == name_of(p)) return p;
  return preset::sound;
}

settings read_arguments(int count, char** argument) {
  std::vector<std::string> names{"all"};
  for (study const& one : studies())
    if (names.back() != one.name) names.push_back(one.name);
  settings s;
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is_word(names)) {
      s.experiments.push_back(in.given());
    } else if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--out")) {
      s.out = in.value();
    } else if (in.is("--arm")) {
      s.arms.push_back(in.value());
    } else if (in.is("--preset")) {
      s.much.set_up = preset_of(in.word({"default", "paper", "authors"}));
    } else if (in.is("--seeds")) {
      s.much.seeds = in.number();
    } else if (in.is("--threads")) {
      s.threads = in.number();
    } else if (in.is("--weights")) {
      s.much.weights.push_back(in.value());
    } else if (in.is("--meter")) {
      s.meter = true;
    } else if (in.is("--quick")) {
      s.much.quick = true;
    } else if (in.is("--write-channels")) {
      s.channels = in.value();
    } else {
      in.refuse();
    }
  }
  return s;
}

/// All runs of these experiments, each once.
std::vector<trial> trials(settings const& s) {
  std::vector<trial> all;
  std::set<std::string> seen, met;
  auto const is_asked_for = [&](std::string const& arm) {
    bool any = s.arms.empty();
    for (std::string const& a : s.arms)
      if (arm.starts_with(a)) any = true, met.insert(a);
    return any;
  };
  auto const wanted = [&](std::string const& name) {
    return s.experiments.empty() || std::ranges::count(s.experiments, "all") > 0 ||
           std::ranges::count(s.experiments, name) > 0;
  };
  bool const excerpt = s.data.empty() || !halo::io::exists(s.data + "/gas");
  for (study one : studies(s.much)) {
    if (!wanted(one.name)) continue;
    if (excerpt && (one.network.starts_with("gas") || one.network == "drift"))
      one.network += ", excerpt";
    for (trial const& t : trials_of(one, s.much))
      if (is_asked_for(t.with.name()) && seen.insert(key_of(t)).second) all.push_back(t);
  }
  for (std::string const& a : s.arms)
    if (!met.contains(a))
      halo::fail("halo-reproduce", "--arm", "what the name of an optimizer begins with",
                 "'" + a + "', which is that of none here");
  return all;
}

int run(settings const& s) {
  subjects of(s.data, s.much.set_up);
  if (!s.channels.empty()) {
    if (!support::found("--write-channels", s.data, "cifar-10-batches-bin")) return 77;
    write_channels(s.channels, of.images()(1), s.much.quick ? 2 : 600, halo::seed{1});
    return 0;
  }
  lines results(s.out);
  std::vector<trial> left = trials(s);
  std::size_t const total = left.size();
  std::erase_if(left, [&](trial const& t) { return results.has(key_of(t)); });
  std::erase_if(left, [&](trial const& t) { return of(t.network) == nullptr; });
  std::printf("%zu runs, %zu of them to do\n", total, left.size());

  std::optional<halo::energy::any_meter> meter;
  if (s.meter) meter = halo::energy::find_meter();
  support::progress bar(left.size());
  std::mutex guard;
  std::size_t done = 0;
  halo::meta::for_each_parallel(left.size(), s.meter ? 1 : s.threads, [&](std::size_t i) {
    trial const& t = left[i];
    {
      std::lock_guard const lock(guard);
      bar.phase(t.experiment + ": " + t.network + ", seed " + std::to_string(t.seed), done);
    }
    results.add(line_of(key_of(t), t, of(t.network)->run(t, meter ? &*meter : nullptr)));
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
