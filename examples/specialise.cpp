// SPDX-License-Identifier: BSD-3-Clause
//
// Evolves the numbers of learned::horizon_rule for one network and its data, which come from
// several domains (wearers, devices, months), and writes them as a header: the rule of your own
// device. A report tells what it gains on domains that it was not evolved on.
//
//     c++ -std=c++20 -O3 -march=native -DHALO_NETWORK_HEADER='"network.hpp"' ... specialise.cpp
//     halo-specialise --data rows.data --threads 2 --out my_rule
//
// The header network.hpp defines `network`. The same seed and options give the same bits on
// machines of one kind, for any number of threads; --resume goes on with what was interrupted.
// Built by mpic++ with -DHALO_WITH_MPI, the ranks of mpirun share the evolution; the first judges.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt/checkpoint.hpp>
#include <halo/core/error.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/learned/pretrained/best_horizon_rule.hpp>
#include <halo/learned/weights_file.hpp>
#include <halo/meta/grid.hpp>
#include <halo/meta/header_writer.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/pretrain.hpp>
#include <halo/meta/regret.hpp>
#include <halo/meta/whole_runs.hpp>
#include <halo/task/few_rows.hpp>
#include <halo/task/leave_one_out.hpp>

#include "support/arguments.hpp"
#include "support/comparing.hpp"
#include "support/domain_data.hpp"
#include "support/evolving.hpp"
#include "support/ranks.hpp"
#include "support/specialise_report.hpp"

#ifndef HALO_NETWORK_HEADER
#  define HALO_NETWORK_HEADER "support/specialise_network.hpp"
#endif
#include HALO_NETWORK_HEADER

namespace {

using namespace halo;
using rule_type = learned::horizon_rule<>;
using problem = meta::problem<optim::momentum, optim::adam, meta::cosine_adam, rule_type>;
using problems = std::vector<std::shared_ptr<problem const>>;
using arm = meta::arm<optim::momentum, optim::adam, meta::cosine_adam, rule_type>;
using evolution =
    meta::whole_runs<rule_type, optim::momentum, optim::adam, meta::cosine_adam, rule_type>;

struct settings {
  std::string data, known_data, weights, out, resume;
  meta::whole_run_options how{.updates = 300, .pairs = 48, .episodes = {.longest_run = 100}};
  meta::regret_options judged{.horizons = {10, 30, 100}, .rows = {12, 50, 200}, .seeds = 5};
  std::size_t kept_apart = 0, head = 0;
  std::size_t networks = 4;  // that meet each domain which learns
  bool quick = false;
};

constexpr std::array public_names{"gas", "wearers"};
constexpr char const* usage =
    "usage: halo-specialise [--data PATH] [--public NAME] [--weights FILE] [--judges N] [--head N] "
    "[--updates N]\n"
    "  [--pairs N] [--steps N] [--seeds N] [--seed N] [--threads N] [--out NAME] [--resume FILE]\n"
    "  [--quick]\n\n"
    "--data: a CSV file with a line of names, then features, a column 'domain', the label last; "
    "or\n"
    "a folder with x.npy [rows, features] of float, y.npy and domain.npy [rows] of int32; "
    "default:\n"
    "three gases that come with halo. --public: gas (batches 1 to 6) or wearers (1 to 15) of the\n"
    "folder that HALO_DATA names. --weights: of the network, as adapt::load_parameters takes\n"
    "them; features then stay as they are. Otherwise it is pre-trained on all domains that learn\n"
    "but the one it meets, features brought to mean 0 and deviation 1 there. --judges: the last N\n"
    "domains only judge; default: a third. --head: the last N layers begin drawn. --steps: of the\n"
    "longest run. Writes NAME.hpp with my::NAME(), NAME.safetensors and, on the way,\n"
    "NAME.training.safetensors for --resume.\n";

settings read(int count, char** argument) {
  settings s;
  s.how.episodes.draws = {1};
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--public")) {
      s.known_data = in.words(public_names).front();
    } else if (in.is("--weights")) {
      s.weights = in.value();
    } else if (in.is("--judges")) {
      s.kept_apart = in.number();
    } else if (in.is("--head")) {
      s.head = in.number(0);
    } else if (in.is("--updates")) {
      s.how.updates = in.number();
    } else if (in.is("--pairs")) {
      s.how.pairs = in.number();
    } else if (in.is("--steps")) {
      s.how.episodes.longest_run = in.number(10);
    } else if (in.is("--seeds")) {
      s.judged.seeds = in.number();
    } else if (in.is("--seed")) {
      s.how.episodes.draws = {in.number(0, ~std::uint64_t{0})};
    } else if (in.is("--threads")) {
      s.how.threads = s.judged.threads = in.number(1, 1024);
    } else if (in.is("--out")) {
      s.out = in.value();
    } else if (in.is("--resume")) {
      s.resume = in.value();
    } else if (in.is("--quick")) {
      s.quick = true;
    } else {
      in.refuse();
    }
  }
  if (s.quick) {
    s.networks = 1;
    s.how.updates = 3;
    s.how.pairs = 6;
    s.how.episodes.longest_run = 20;
    s.judged = {.horizons = {5, 10}, .rows = {12}, .seeds = 1, .threads = s.judged.threads};
  }
  return s;
}

/// What the network knows before, and what tells it from other weights under that name.
std::string known_weights(settings const& s) {
  if (s.weights.empty()) return {};
  auto const values = adapt::load_parameters<network>(s.weights);
  std::span<float const> const all = values.span();
  return ", " + s.weights + " (" + fingerprint_of(all).text().data() + ")";
}

/// A problem whose network knows some domains and meets another; `world` counts the networks that
/// do.
std::shared_ptr<problem const> meeting(support::source const& all, std::int32_t fresh,
                                       std::set<std::int32_t> const& known, std::uint64_t world,
                                       settings const& s) {
  using task_type = task::few_rows<network, nn::cross_entropy>;
  seed const draws{(s.how.episodes.draws.value + 1000 * world) * 1000 +
                   static_cast<std::uint64_t>(fresh)};
  data::row_numbers taken;
  std::vector<std::int32_t> domains;
  for (std::size_t i = 0; i < all.domains.size(); ++i) {
    if (all.domains[i] != fresh && !known.contains(all.domains[i])) continue;
    taken.push_back(static_cast<std::uint32_t>(i));
    domains.push_back(all.domains[i]);
  }
  auto a = task::leave_one_out(data::select(all.rows, taken), domains, fresh, draws,
                               s.weights.empty() ? task::scaling::known : task::scaling::none);
  std::vector<float> theta;
  if (s.weights.empty()) {
    theta = meta::pretrain<network>(a.known, draws, {.steps = s.quick ? 100U : 1500U});
  } else {
    auto const values = adapt::load_parameters<network>(s.weights);
    theta.assign(values.begin(), values.end());
  }
  auto from = std::make_shared<task_type::split const>(std::move(a.fresh));
  return std::make_shared<
      meta::problem_of<task_type, optim::momentum, optim::adam, meta::cosine_adam, rule_type>>(
      "domains", task_type(std::move(from), std::move(theta), {.anew = s.head}));
}

/// Problems for each of some domains: it is new; the network knows those of `known` but for it. Of
/// several networks for a domain those after the first miss one more, where two are left to know.
problems leave_out(support::source const& all, std::span<std::int32_t const> fresh,
                   std::set<std::int32_t> const& known, std::size_t networks, settings const& s) {
  problems to(fresh.size() * networks);
  meta::for_each_parallel(to.size(), s.how.threads, [&](std::size_t k) {
    std::size_t const domain = k / networks, world = k % networks;
    std::set<std::int32_t> knows = known;
    knows.erase(fresh[domain]);
    if (world > 0 && knows.size() > 2)
      knows.erase(std::next(knows.begin(),
                            static_cast<std::ptrdiff_t>((world - 1 + domain) % knows.size())));
    to[k] = meeting(all, fresh[domain], knows, world, s);
  });
  return to;
}

/// Before anybody waits for an evolution: whether some of the problems can be judged.
void expect_rows(settings const& s, problems const& on, char const* who) {
  std::size_t const least = std::ranges::min(s.judged.rows);
  std::size_t most = 0;
  for (auto const& p : on) most = std::max(most, p->available());
  if (most < least)
    fail("halo-specialise", std::string("domains that ") + who,
         "one with " + std::to_string(least) + " rows to learn from, beside those held out",
         std::to_string(most) + " at most");
}

rule_type evolve(settings const& s, problems const& from, std::string const& recipe,
                 support::ranks& ranks) {
  evolution training(learned::pretrained::best_horizon_rule(), s.how, from);
  support::evolve(training, recipe, {s.resume, s.out}, ranks);
  return training.optimizer();
}

/// Numbers of a rule, by a name for tables.
struct candidate {
  std::string name;
  rule_type rule;
};

/// A share of the way from one rule's numbers to another's.
rule_type between(rule_type const& from, rule_type const& to, double share) {
  std::vector<double> values;
  auto const a = meta::numbers_of(from), b = meta::numbers_of(to);
  for (std::size_t k = 0; k < a.size(); ++k)
    values.push_back(a[k].value + share * (b[k].value - a[k].value));
  return meta::with_numbers(from, values);
}

meta::regret_table compare(settings const& s, std::vector<candidate> const& candidates,
                           problems const& on, std::uint64_t first_seed) {
  auto arms = meta::hand_made_grid<optim::momentum, optim::adam, meta::cosine_adam, rule_type>();
  for (candidate const& c : candidates)
    arms.push_back({.name = c.name, .rule = c.rule, .by_horizon = true, .of_grid = false});
  meta::regret_options where = s.judged;
  where.first_seed = first_seed;
  return support::compare(arms, on, where);
}

/// Halo's own numbers, or those on the way to the evolved ones that do best where nothing was
/// evolved: on domains that were held apart, or where there are too few, on other rows of the same.
candidate choose(settings const& s, rule_type const& own, problems const& on) {
  rule_type const before = learned::pretrained::best_horizon_rule();
  std::vector<candidate> const all{{"halo's", before},
                                   {"a third of the way", between(before, own, 1.0 / 3)},
                                   {"two thirds of the way", between(before, own, 2.0 / 3)},
                                   {"evolved", own}};
  std::vector<arm> arms;
  for (candidate const& c : all)
    arms.push_back({.name = c.name, .rule = c.rule, .by_horizon = true});
  meta::regret_options where = s.judged;
  where.seeds *= 2;
  where.first_seed = 2000;
  auto const table = support::compare(arms, on, where);
  std::size_t best = 0;
  for (std::size_t a = 1; a < all.size(); ++a) {
    std::printf("%s against halo's where nothing was evolved: %+.2f points\n", all[a].name.c_str(),
                table.gain(a, 0));
    if (table.gain(a, 0) > table.gain(best, 0)) best = a;
  }
  std::printf("chosen: %s\n", all[best].name.c_str());
  return all[best];
}

void write(settings const& s, rule_type const& rule, std::string const& recipe) {
  for (meta::named_number const& n : meta::numbers_of(rule))
    std::printf("%-20s %8.4f\n", n.name.c_str(), n.value);
  if (s.out.empty()) return;
  learned::save_weights(s.out + ".safetensors", rule);
  meta::save_header(s.out + ".hpp",
                    {.name = support::header_name(s.out),
                     .type = "halo::learned::horizon_rule<>",
                     .include = "halo/learned/horizon_rule.hpp",
                     .sentence = "The rule of few numbers, evolved for one network and its data.",
                     .notes = {"Made by halo-specialise on " + recipe},
                     .space = "my"},
                    rule.values());
}

void run(settings const& s, support::ranks& ranks) {
  stopwatch const clock;
  static_cast<void>(support::header_name(s.out));
  support::source const all =
      s.known_data.empty() ? support::load(s.data) : support::load_public(s.known_data);
  std::set<std::int32_t> const kinds(all.domains.begin(), all.domains.end());
  std::vector<std::int32_t> learning(kinds.begin(), kinds.end());
  std::size_t const judges =
      s.kept_apart != 0 ? s.kept_apart : std::max<std::size_t>(1, learning.size() / 3);
  if (learning.size() < judges + 2)
    fail("halo-specialise", "domains",
         "two to learn from beside " + std::to_string(judges) + " that judge",
         std::to_string(learning.size()));
  std::vector<std::int32_t> const judging(learning.end() - static_cast<std::ptrdiff_t>(judges),
                                          learning.end());
  learning.resize(learning.size() - judges);
  std::set<std::int32_t> const known(learning.begin(), learning.end());
  std::string const recipe =
      (!s.known_data.empty() ? s.known_data
       : s.data.empty()      ? "three gases"
                             : s.data) +
      ", " + std::to_string(all.rows.rows()) + " rows (" + support::fingerprint_of(all) + "), " +
      std::to_string(learning.size()) + " domains, head " + std::to_string(s.head) + ", " +
      std::to_string(network::parameters) + " parameters" + known_weights(s);
  std::printf("%s\n", recipe.c_str());
  // the last of the domains that learn choose, where two are left to evolve on
  std::size_t const choosing =
      learning.size() < 3 ? 0 : std::max<std::size_t>(1, learning.size() / 4);
  auto const end = learning.end() - static_cast<std::ptrdiff_t>(choosing);
  auto const met = [&](std::span<std::int32_t const> fresh, std::size_t networks) {
    return leave_out(all, fresh, known, networks, s);
  };
  problems const from = met({learning.begin(), end}, s.networks);
  problems const apart = choosing == 0 ? from : met({end, learning.end()}, s.networks);
  problems const learn = met(learning, 1), on = met(judging, 1);
  std::printf("%zu domains evolve, %zu choose%s, %zu judge\n", learning.size() - choosing,
              choosing == 0 ? learning.size() : choosing, choosing == 0 ? " by other rows" : "",
              on.size());
  expect_rows(s, apart, "choose");
  expect_rows(s, on, "judge");
  expect_rows(s, learn, "learn");
  rule_type const own = evolve(s, from, recipe, ranks);
  if (!ranks.first()) return;
  rule_type const rule = choose(s, own, apart).rule;
  std::vector<candidate> const both{{"before", learned::pretrained::best_horizon_rule()},
                                    {"after", rule}};
  support::report(compare(s, both, learn, 1000), compare(s, both, on, 0));
  write(s, rule, recipe);
  std::printf("seed %llu, %.0f s\n", static_cast<unsigned long long>(s.how.episodes.draws.value),
              clock.seconds());
}

}  // namespace

int main(int count, char** arguments) {
  settings const s = read(count, arguments);
  return support::run_by_ranks([&](support::ranks& ranks) { run(s, ranks); });
}
