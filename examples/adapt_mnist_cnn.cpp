// SPDX-License-Identifier: BSD-3-Clause
// A convolutional network that reads even digits learns the odd ones [Li et al. 2020, Fig. 2(a)]:
// halo beside Adam, at its default and at the best of some rates found in hindsight, dense and with
// the paper's random layers, at equal numbers of operations.
#include <cstdint>
#include <cstdio>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/learned/pretrained/paper_hierarchical_rnn.hpp>
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

using network = zoo::mnist_cnn<>;
using contest = support::contest<network>;

constexpr char const* usage =
    "usage: adapt_mnist_cnn [--data DIR] [--plot FILE] [--seed N] [--seeds N] [--pretrain N]\n"
    "  [--iterations N] [--quick]\n\n"
    "DIR/mnist holds train-images-idx3-ubyte ...; default: the variable HALO_DATA. Seeds are\n"
    "--seed and those behind it. Runs may spend what --iterations dense steps of Adam cost.\n"
    "--quick: one seed, seconds.\n";

/// Operations of so many dense steps of Adam with averages, 64 examples each.
std::uint64_t dense_steps(std::uint64_t n) {
  return n * adapt::operations<network, optim::averaged<optim::adam>>(
                 {.layers = layer_mask::all(network::layers)}, 64);
}

support::contest_options read_arguments(int count, char** argument) {
  support::contest_options s{support::data_folder(), "adapt_mnist_cnn.svg", 250, {}};
  s.read({count, argument, usage}, {60, 20, {1e-3F, 3e-3F}});
  support::contest_settings& c = s.contest;
  c.by_operations = true;
  for (std::uint64_t const n : {0U, 10U, 30U, 100U, 300U, 1000U})
    if (n < s.iterations) c.lengths.push_back(dense_steps(n));
  c.lengths.push_back(dense_steps(s.iterations));
  c.known = "even digits";
  c.fresh = "odd digits";
  return s;
}

std::vector<std::string> columns(contest const& c) {
  std::vector<std::string> heads;
  for (std::uint64_t const at : c.settings().lengths) {
    char head[32];
    std::snprintf(head, sizeof head, "%.2f Gop", static_cast<double>(at) * 1e-9);
    heads.push_back(head);
  }
  return heads;
}

void run(support::contest_options const& s) {
  if (!io::exists(s.data + "/mnist")) support::leave_without_data("adapt_mnist_cnn");
  std::printf("%s\n", nn::summary<network>().c_str());
  auto const digits = support::mnist_materials(s.data);
  auto const masks = optim::scheme::increasing(network::layers);
  contest c([&digits](std::uint64_t) { return digits; }, s.contest,
            support::halo_beside_adam_runs(s.contest) + 1);
  support::halo_beside_adam(c, masks);
  auto const paper = learned::pretrained::paper_hierarchical_rnn();
  optim::averaged<std::remove_const_t<decltype(paper)>> const averaged{paper};
  c.add(c.with(
            "the paper's halo", "10/30/50", [&](std::uint64_t) { return averaged; }, masks),
        true);
  c.finish();
  std::printf("pre-trained: %.1f %% on held-out even digits\n", 100 * c.known());
  support::print_table(c.arms(), columns(c), "A CNN that reads even digits learns odd ones");
  support::explain_table(network::layers);
  support::save_plot(c.arms(), "A CNN that reads even digits learns odd ones", s.plot, true);
  std::printf("%.0f s in all\n", c.seconds());
}

}  // namespace

int main(int count, char** argument) {
  try {
    run(read_arguments(count, argument));
  } catch (error const& e) {
    std::fprintf(stderr, "adapt_mnist_cnn: %s\n", e.what());
    return 1;
  }
}
