// SPDX-License-Identifier: BSD-3-Clause
// A network that was trained on three gases adapts to three others that it never saw, from raw
// files of the Gas Sensor Array Drift data, in 10 to 3000 steps: halo, dense, with layer masks and
// in stages, beside hand-made optimizers at one setting and at the best of some.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <halo/adapt.hpp>
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
using contest = support::contest<network>;

std::vector<std::uint64_t> lengths(std::uint64_t last) {
  std::vector<std::uint64_t> all{0};
  for (std::uint64_t const c : {10U, 30U, 100U, 300U, 1000U, 3000U})
    if (c < last) all.push_back(c);
  all.push_back(last);
  return all;
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
  s.contest.lengths = lengths(s.iterations);
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
  auto const masks = optim::scheme::increasing(network::layers);
  auto const dense = optim::selection::dense();
  std::size_t const rates = s.contest.rates.size();
  contest c([&gas](std::uint64_t number) { return three_and_three(gas.samples, number); },
            s.contest, 3 * rates + 3);
  c.fixed_and_best("momentum", 1e-2F, "all", support::momentum_at, dense);
  c.fixed_and_best("adam", 3e-3F, "all", support::adam_at, dense);
  c.fixed_and_best("adamw, cosine", 3e-3F, "all", support::adamw_at, dense);
  support::add_halo(c, masks, false);
  c.finish();
  std::printf("pre-trained: %.1f %% on the three gases it knows\n", 100 * c.known());
  std::vector<std::string> heads;
  for (std::uint64_t const l : s.contest.lengths) heads.push_back(std::to_string(l) + " it.");
  support::print_table(c.arms(), heads, "Accuracy on held-out examples of the new gases");
  support::explain_table(network::layers);
  support::save_plot(c.arms(), "Adapting to three new gases", s.plot, false);
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
