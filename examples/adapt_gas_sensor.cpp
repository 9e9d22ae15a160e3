// SPDX-License-Identifier: BSD-3-Clause
// A network that was trained on three gases adapts to three others that it never saw, from raw
// files of the Gas Sensor Array Drift data, in 10 to 3000 steps: halo, dense, with layer masks and
// in stages, beside hand-made optimizers at one setting and at the best of some; with all labelled
// examples and with five of each gas.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/data.hpp>
#include <halo/learned.hpp>
#include <halo/nn/summary.hpp>
#include <halo/optim.hpp>
#include <halo/zoo/networks.hpp>

#include "support/arguments.hpp"
#include "support/contest.hpp"
#include "support/contest_options.hpp"
#include "support/contest_report.hpp"
#include "support/halo_beside_adam.hpp"
#include "support/public_data.hpp"

namespace {

using namespace halo;
using support::materials;

using network = zoo::gas_sensor_mlp<>;
using contest = support::contest<network, true>;

std::vector<std::uint64_t> lengths(std::uint64_t last) {
  std::vector<std::uint64_t> all{0};
  for (std::uint64_t const c : {10U, 30U, 100U, 300U, 1000U, 3000U})
    if (c < last) all.push_back(c);
  all.push_back(last);
  return all;
}

/// How a device meets the new gases.
struct scene {
  char const* title;
  std::size_t rows;  ///< labelled ones of every gas; 0: all there are
  bool start_head;   ///< the new head is made of them, else drawn
};

/// Ethanol, ethylene and ammonia, then acetaldehyde, acetone and toluene.
materials three_and_three(data::dataset const& all, scene const& s, std::uint64_t number) {
  auto known = data::stratified_split(data::select_classes(all, {1, 2, 3}), 0.25, seed{number});
  auto fresh = data::stratified_split(data::select_classes(all, {4, 5, 6}), 0.25, seed{number});
  if (s.rows > 0) fresh.train = data::few_of_each_class(fresh.train, s.rows, seed{number});
  data::standardize(known);
  data::standardize(fresh);
  materials m = support::both_domains(std::move(known), std::move(fresh));
  m.redraw_head = true;  // other classes: the last layer starts anew
  m.start_head = s.start_head;
  return m;
}

support::contest_options read_arguments(int count, char** argument) {
  constexpr char const* usage =
      "usage: adapt_gas_sensor [--data DIR] [--plot FILE] [--seed N] [--seeds N] [--pretrain N]\n"
      "  [--iterations N] [--quick]\n\n"
      "DIR holds batch1.dat ... of the Gas Sensor Array Drift data; an excerpt lies in\n"
      "examples/data/gas_sensor. Seeds are --seed and those behind it. --quick: one seed, 300\n"
      "iterations, seconds.\n";
  support::contest_options s{"examples/data/gas_sensor", "adapt_gas_sensor.svg", 1000, {}};
  s.contest.rates = {3e-4F, 1e-3F, 3e-3F, 1e-2F, 3e-2F};
  s.read({count, argument, usage}, {200, 300, s.contest.rates});
  s.contest.lengths = lengths(s.iterations);
  s.contest.known = "ethanol, ethylene, ammonia";
  s.contest.fresh = "acetaldehyde, acetone, toluene";
  return s;
}

/// All optimizers in a scene; a picture of the first.
void play(scene const& what, data::dataset const& gas, support::contest_options const& s,
          bool pictured) {
  auto const dense = optim::selection::dense();
  std::size_t const rates = s.contest.rates.size();
  contest c([&](std::uint64_t number) { return three_and_three(gas, what, number); }, s.contest,
            3 * rates + 3);
  c.fixed_and_best("momentum", 1e-2F, "all", support::momentum_at, dense);
  c.fixed_and_best("adam", 3e-3F, "all", support::adam_at, dense);
  c.fixed_and_best("adamw, cosine", 3e-3F, "all", support::adamw_at, dense);
  support::add_halo(c, optim::scheme::increasing(network::layers), false);
  c.finish();
  std::vector<std::string> heads;
  for (std::uint64_t const l : s.contest.lengths) heads.push_back(std::to_string(l) + " it.");
  support::print_table(c.arms(), heads, what.title);
  if (pictured) support::save_plot(c.arms(), "Adapting to three new gases", s.plot, false);
}

void run(support::contest_options const& s) {
  constexpr scene scenes[]{
      {"All labelled examples of three new gases, a new head drawn at random", 0, false},
      {"Five labelled examples of each new gas, a new head drawn at random", 5, false},
      {"Five labelled examples of each new gas, the new head made of them by start_head", 5, true},
  };
  stopwatch const clock;
  auto const gas = data::load_gas_sensor(s.data);
  std::printf("%s: %zu rows\n%s\n", s.data.c_str(), gas.samples.rows(),
              nn::summary<network>().c_str());
  std::printf("adapter with halo: %zu bytes, all of them\n",
              sizeof(contest::device<learned::halo_rule, optim::gated<>>));
  for (scene const& one : scenes) play(one, gas.samples, s, &one == scenes);
  support::explain_table(network::layers);
  std::printf(
      "The numbers of halo were evolved on adaptations to these gases, too: compare_regret has\n"
      "families that they were not.\n");
  std::printf("%.1f s in all\n", clock.seconds());
}

}  // namespace

int main(int count, char** argument) {
  try {
    run(read_arguments(count, argument));
  } catch (error const& e) {
    std::fprintf(stderr, "adapt_gas_sensor: %s\n", e.what());
    return 1;
  }
}
