// SPDX-License-Identifier: BSD-3-Clause
//
// Regret of halo's rule and of thirty hand-made optimizers, on adaptations that the rule was not
// evolved on: points below the best of the thirty in each cell (family, rows, steps), picked in
// hindsight.
//
//     compare_regret --data FOLDER --seeds 10 --threads 2

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/learned/pretrained/best_horizon_rule.hpp>
#include <halo/learned/weights_file.hpp>
#include <halo/meta/grid.hpp>
#include <halo/meta/regret.hpp>

#include "support/adaptation_problems.hpp"
#include "support/arguments.hpp"
#include "support/choosing_problems.hpp"
#include "support/comparing.hpp"

namespace {

using namespace halo;
using support::rule_type;
using arm = meta::arm<optim::momentum, optim::adam, meta::cosine_adam, rule_type>;

struct settings {
  std::string data, families = "cti";
  std::vector<std::string> weights;
  std::uint64_t seed = 1;
  meta::regret_options where;
  bool quick = false, cells = false, choose = false, running = false;
};

constexpr char const* usage =
    "usage: compare_regret [--data FOLDER] [--families cti] [--seeds N] [--seed N] [--threads N]\n"
    "  [--weights FILE]... [--choose] [--cells]\n  [--running] [--quick]\n\n"
    "Families: c images, t patients, i inventions, which alone need no data. --weights: other\n"
    "numbers of the rule, beside those that halo ships. --choose: on the families that choose\n"
    "among evolutions instead, against nine of the thirty. --cells: every cell. --running: the\n"
    "table after every seed, too.\n";

settings read(int count, char** argument) {
  settings s;
  s.data = support::data_folder();
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--families")) {
      s.families = in.value();
    } else if (in.is("--seeds")) {
      s.where.seeds = in.number();
    } else if (in.is("--seed")) {
      s.seed = in.number(0, ~std::uint64_t{0});
    } else if (in.is("--threads")) {
      s.where.threads = in.number(1, 1024);
    } else if (in.is("--weights")) {
      s.weights.push_back(in.value());
    } else if (in.is("--choose")) {
      s.choose = true;
    } else if (in.is("--running")) {
      s.running = true;
    } else if (in.is("--cells")) {
      s.cells = true;
    } else if (in.is("--quick")) {
      s.quick = true;
    } else {
      in.refuse();
    }
  }
  if (s.quick) {
    s.families = "i";
    s.where.horizons = {5, 10};
    s.where.rows = {12};
    s.where.seeds = 1;
  }
  return s;
}

std::vector<arm> arms_of(settings const& s) {
  auto all = meta::hand_made_grid<optim::momentum, optim::adam, meta::cosine_adam, rule_type>();
  if (s.choose) {  // a rough measure will do: every second rate, and nothing for the head alone
    std::vector<arm> some;
    for (std::size_t a = 0; a < all.size(); a += 2)
      if (!all[a].head_alone) some.push_back(all[a]);
    all = std::move(some);
  }
  auto const both = [&](std::string const& name, rule_type const& rule) {
    all.push_back({.name = name, .rule = rule, .by_horizon = true, .of_grid = false});
    all.push_back({.name = name + ", T untold", .rule = rule, .told = false, .of_grid = false});
  };
  both("halo", learned::pretrained::best_horizon_rule());
  both("halo, untrained", rule_type());
  for (std::string const& file : s.weights)
    both(file.substr(file.find_last_of('/') + 1), learned::load_weights<rule_type>(file));
  return all;
}

void print(meta::regret_table const& table) {
  std::printf("%zu cells, %zu arms; regret in points\n%-30s %6s %6s %6s %6s |", table.cells.size(),
              table.names.size(), "arm", "mean", "worst", "raw", "worst");
  for (auto const h : table.horizons) std::printf(" %5llu", static_cast<unsigned long long>(h));
  std::printf(" |  kept   new  none | below start, cells | worst at\n");
  for (auto const& l : table.lines()) {
    std::printf("%-30s %6.2f %6.2f %6.2f %6.2f |", l.name.c_str(), l.mean, l.worst, l.raw,
                l.raw_worst);
    for (double const r : l.by_horizon) std::printf(" %5.2f", r);
    std::printf(" |");
    for (double const r : l.by_origin) std::printf(" %5.2f", std::isnan(r) ? 0.0 : r);
    std::printf(" | %11.2f, %5zu | %s\n", l.below_start, l.cells_below, l.worst_at.c_str());
  }
}

void print_cells(meta::regret_table const& t) {
  for (auto const& c : t.cells) {
    std::size_t const best = t.best(c);
    std::printf("%-34s %4zu rows %4llu steps: start %5.1f, best %5.1f %-22s", c.family.c_str(),
                c.rows, static_cast<unsigned long long>(c.horizon), 100 - 100 * c.start,
                100 - 100 * c.error[best], t.names[best].c_str());
    for (std::size_t a = 0; a < t.names.size(); ++a)
      if (t.of_grid[a] == 0)
        std::printf("  %5.1f raw %5.1f", 100 - 100 * c.error[a], 100 - 100 * c.raw[a]);
    std::printf("\n");
  }
}

/// The mean of so many seeds, and of one more.
void add(meta::regret_table& mean, meta::regret_table one, std::size_t seeds) {
  if (seeds == 0) {
    mean = std::move(one);
    return;
  }
  auto const next = [&](double& to, double x) { to += (x - to) / static_cast<double>(seeds + 1); };
  for (std::size_t c = 0; c < mean.cells.size(); ++c) {
    meta::regret_cell &to = mean.cells[c], &from = one.cells[c];
    next(to.start, from.start);
    for (std::size_t a = 0; a < to.error.size(); ++a) {
      next(to.error[a], from.error[a]);
      next(to.raw[a], from.raw[a]);
    }
  }
}

void run(settings const& s) {
  if ((s.choose || s.families != "i") && s.data.empty())
    support::leave_without_data("compare_regret");
  using support::chosen_on, support::judged_on;
  auto const problems = s.choose
                            ? chosen_on<optim::momentum, optim::adam, meta::cosine_adam, rule_type>(
                                  s.data, seed{s.seed})
                            : judged_on<optim::momentum, optim::adam, meta::cosine_adam, rule_type>(
                                  s.data, s.families, seed{s.seed}, s.quick);
  stopwatch const clock;
  auto const arms = arms_of(s);
  meta::regret_table table;
  for (std::size_t done = 0; done < s.where.seeds; ++done) {
    meta::regret_options one = s.where;
    one.first_seed += done;
    one.seeds = 1;
    add(table, support::compare(arms, problems, one), done);
    bool const last = done + 1 == s.where.seeds;
    if (!last && !s.running) continue;
    std::printf("%zu seeds, %.0f s: ", done + 1, clock.seconds());
    print(table);
    if (s.cells && last) print_cells(table);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    run(read(count, arguments));
  } catch (error const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
