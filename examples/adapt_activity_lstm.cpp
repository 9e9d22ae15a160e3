// SPDX-License-Identifier: BSD-3-Clause
// A network of convolutions and an LSTM that tells walking, walking downstairs and standing apart
// learns walking upstairs, sitting and laying, of people it never met [Li et al. 2020, SP]: halo
// beside Adam, at its default and at the best of some rates found in hindsight, dense and with the
// paper's random layers. The task is solved after some hundred iterations, so it is looked at
// early.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <halo/adapt.hpp>
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

using network = zoo::activity_cnn_lstm<>;
using contest = support::contest<network>;

constexpr char const* usage =
    "usage: adapt_activity_lstm [--data DIR] [--plot FILE] [--seed N] [--seeds N] [--pretrain N]\n"
    "  [--iterations N] [--quick]\n\n"
    "'DIR/UCI HAR Dataset' holds train/y_train.txt ...; default: the variable HALO_DATA. Seeds\n"
    "are --seed and those behind it. --quick: one seed, seconds.\n";

support::contest_options read_arguments(int count, char** argument) {
  support::contest_options s{support::data_folder(), "adapt_activity_lstm.svg", 250, {}};
  s.read({count, argument, usage}, {60, 25, {1e-3F, 3e-3F}});
  support::contest_settings& c = s.contest;
  for (std::uint64_t const n : {0U, 10U, 30U, 100U, 300U})
    if (n < s.iterations) c.lengths.push_back(n);
  c.lengths.push_back(s.iterations);
  c.known = "walking, walking downstairs, standing";
  c.fresh = "walking upstairs, sitting, laying";
  return s;
}

void run(support::contest_options const& s) {
  if (!io::exists(s.data + "/UCI HAR Dataset")) support::leave_without_data("adapt_activity_lstm");
  std::printf("%s\n", nn::summary<network>().c_str());
  auto const windows = support::har_channels_first(s.data);
  // the paper's: LSTM and head learn in every step
  static constexpr double probabilities[]{0.1, 0.3, 0.5, 1, 1};
  auto const masks = optim::selection::custom(probabilities);
  contest c([&windows](std::uint64_t) { return windows; }, s.contest,
            support::halo_beside_adam_runs(s.contest));
  support::halo_beside_adam(c, masks);
  c.finish();
  std::printf("pre-trained: %.1f %% on the three activities it knows\n", 100 * c.known());
  std::vector<std::string> heads;
  for (std::uint64_t const l : s.contest.lengths) heads.push_back(std::to_string(l) + " it.");
  support::print_table(c.arms(), heads, "A CNN with an LSTM learns three new activities");
  support::explain_table(
      network::layers,
      "a step updates the convolutions with 10, 30 and 50 % probability, LSTM and\n"
      "head always.");
  support::save_plot(c.arms(), "A CNN with an LSTM learns three new activities", s.plot, false);
  std::printf("%.0f s in all\n", c.seconds());
}

}  // namespace

int main(int count, char** argument) {
  try {
    run(read_arguments(count, argument));
  } catch (error const& e) {
    std::fprintf(stderr, "adapt_activity_lstm: %s\n", e.what());
    return 1;
  }
}
