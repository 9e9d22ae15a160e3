// SPDX-License-Identifier: BSD-3-Clause
// A network that was trained on three gases adapts to three others that it never saw, from raw
// files of the Gas Sensor Array Drift data, with learned and hand-crafted optimizers, dense, with
// layer masks and in stages.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/learned.hpp>
#include <halo/learned/pretrained/leaky_hierarchical_rnn.hpp>
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
using contest = support::contest<network>;

std::vector<std::uint64_t> checkpoints(std::uint64_t last) {
  std::vector<std::uint64_t> at{0};
  for (std::uint64_t const c : {10U, 20U, 40U, 70U, 120U, 250U, 500U, 1000U, 2000U, 3000U}) {
    if (c < last) at.push_back(c);
  }
  at.push_back(last);
  return at;
}

/// The beginning, 250 and 1000 iterations, or what comes next, and the end.
std::vector<support::shown_checkpoint> columns(std::vector<std::uint64_t> const& at) {
  auto const column = [&](std::uint64_t iterations) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (at[i] >= iterations) return i;
    }
    return at.size() - 1;
  };
  std::vector<support::shown_checkpoint> shown;
  for (std::size_t const c : std::set<std::size_t>{0, column(250), column(1000), at.size() - 1})
    shown.push_back({c, std::to_string(at[c]) + " it."});
  return shown;
}

/// Ethanol, ethylene and ammonia, then acetaldehyde, acetone and toluene.
materials three_and_three(data::dataset const& all, std::uint64_t number) {
  auto known = data::stratified_split(data::select_classes(all, {1, 2, 3}), 0.25, seed{number});
  auto fresh = data::stratified_split(data::select_classes(all, {4, 5, 6}), 0.25, seed{number});
  data::standardize(known);
  data::standardize(fresh);
  materials m = support::both_domains(std::move(known), std::move(fresh));
  m.redraw_head = true;  // other classes: the last layer starts anew
  return m;
}

support::contest_options read_arguments(int count, char** argument) {
  constexpr char const* usage =
      "usage: adapt_gas_sensor [--data DIR] [--plot FILE] [--seed N] [--seeds N] [--pretrain N]\n"
      "  [--iterations N] [--quick]\n\n"
      "DIR holds batch1.dat ... of the Gas Sensor Array Drift data; an excerpt lies in\n"
      "examples/data/gas_sensor. Seeds are --seed and those behind it. --quick: one seed, 300\n"
      "iterations, a second.\n";
  support::contest_options s{"examples/data/gas_sensor", "adapt_gas_sensor.svg", 3000, {}};
  s.contest.rates = {3e-4F, 1e-3F, 3e-3F, 1e-2F, 3e-2F};
  s.read({count, argument, usage}, {200, 300, s.contest.rates});
  s.contest.checkpoints = checkpoints(s.iterations);
  s.contest.known = "ethanol, ethylene, ammonia";
  s.contest.fresh = "acetaldehyde, acetone, toluene";
  return s;
}

void run(support::contest_options const& s) {
  auto const gas = data::load_gas_sensor(s.data);
  std::printf("%s: %zu rows\n%s\n", s.data.c_str(), gas.samples.rows(),
              nn::summary<network>().c_str());
  std::printf("adapter with halo: %zu bytes, all of them\n",
              sizeof(contest::device<learned::halo_rule, optim::gated<>>));
  contest c([&gas](std::uint64_t number) { return three_and_three(gas.samples, number); },
            s.contest, 23);
  auto const masks = optim::scheme::increasing(network::layers);
  c.both("sgd", optim::sgd{}, masks, true);
  c.both("momentum", optim::momentum{}, masks, true);
  c.both("adagrad", optim::adagrad{}, masks, false);
  c.both("adam", optim::adam{}, masks, true);
  c.add(c.tuned_adam("all", optim::selection::dense()), true);
  c.next_color();
  // a cosine that is over before it begins: the rate rises for 300 steps and stays
  c.both("adamw, warm-up",
         optim::scheduled<optim::adam, optim::cosine>{optim::adamw(3e-3F, 0.1F),
                                                      {.steps = 1, .final = 1.0, .warm_up = 300}},
         masks, true);
  using hierarchy = learned::hierarchical_rnn<learned::hierarchical::leaky>;
  c.both("hierarchical, untrained", hierarchy{seed{1}}, masks, false);
  c.both("hierarchical", learned::pretrained::leaky_hierarchical_rnn(), masks, false);
  c.add(c.with("halo, untrained", "all", support::halo_rule{}, optim::selection::dense()), false);
  support::add_halo(c, masks, false);
  c.finish();
  std::printf("pre-trained: %.1f %% on the three gases it knows\n", 100 * c.known());
  support::print_table(c.arms(), columns(s.contest.checkpoints),
                       "Accuracy on held-out examples of the new gases");
  support::explain_table(network::layers);
  support::save_plot(c.arms(), "Adapting to three new gases", s.plot);
  std::printf("%.1f s in all\n", c.seconds());
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
