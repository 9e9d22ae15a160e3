// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "contest.hpp"
#include "plot.hpp"

namespace support {

/// Accuracies after runs of all lengths, then what the longest is like, an arm a line.
/// @param heads  above the columns
inline void print_table(std::vector<arm> const& arms, std::vector<std::string> const& heads,
                        std::string const& what) {
  std::size_t const seeds = arms.front().runs.size();
  std::printf("\n%s.\nAccuracy on held-out ones at averaged weights, %zu seed%s (%%)\n\n",
              what.c_str(), seeds, seeds == 1 ? "" : "s, mean ± deviation");
  std::printf("%-24s %-8s", "optimizer", "layers");
  for (std::string const& head : heads) std::printf("  %12s", head.c_str());
  std::printf("  %5s %7s %8s %9s %8s\n", "raw", "loss", "touched", "Mop", "us/it.");
  for (arm const& a : arms) {
    std::printf("%-24s %-8s", a.name.c_str(), a.scheme.c_str());
    for (std::size_t l = 0; l < heads.size(); ++l) {
      auto const r = over_seeds(a, l, [](standing const& p) { return 100 * p.accuracy; });
      if (seeds > 1)
        std::printf("  %5.1f ± %4.1f", r.mean, r.deviation);
      else
        std::printf("  %12.1f", r.mean);
    }
    auto const end = [&](auto value) { return over_seeds(a, a.runs[0].size() - 1, value).mean; };
    std::printf("  %5.1f %7.4f %8.2f %9.1f %8.2f\n",
                end([](standing const& p) { return 100 * p.raw; }),
                end([](standing const& p) { return p.loss; }),
                end([](standing const& p) { return p.layers / p.iterations; }),
                end([](standing const& p) { return p.operations * 1e-6; }),
                end([](standing const& p) { return p.seconds * 1e6 / p.iterations; }));
  }
}

/// The layers "10/30/50" of networks with three thirds.
inline constexpr char const* thirds_in_words =
    "a step updates the lowest third of the layers with 10 %, the middle with 30 %,\n"
    "the last with 50 % probability.";

/// What the words and columns of print_table are.
/// @param masks  the layers "10/30/50"
inline void explain_table(std::size_t layers, char const* masks = thirds_in_words) {
  std::printf(
      "\nEach column is a run of its own, of a length its optimizer is told.  best of: the rate "
      "of\n"
      "each column is chosen in hindsight.  staged: from the head down, then the hardest quarter\n"
      "of each mini-batch once it is easy.  raw: the last column at the weights themselves.\n"
      "10/30/50: %s\n"
      "touched: layers updated per iteration, of %zu.\n"
      "Mop: million multiply-adds of the whole run, the optimizer's arithmetic included.\n",
      masks, layers);
}

/// Accuracy at the averaged weights after runs of all lengths, of the arms that are plotted.
/// @param by_operations  the lengths' axis: multiply-adds, else iterations
inline void save_plot(std::vector<arm> const& arms, std::string const& title,
                      std::string const& path, bool by_operations) {
  plot picture(title,
               by_operations ? "million multiply-adds of a run, the optimizer's included"
                             : "iterations of a run",
               "held-out accuracy (logarithmic in the error)");
  for (arm const& a : arms) {
    if (!a.plotted) continue;
    curve c{.name = a.name + (a.scheme == "all" ? "" : ", " + a.scheme),
            .x = {},
            .y = {},
            .color = a.color,
            .dashed = a.scheme != "all"};
    for (std::size_t i = 0; i < a.runs[0].size(); ++i) {
      double const x = over_seeds(a, i, [&](standing const& p) {
                         return by_operations ? p.operations * 1e-6 : p.iterations;
                       }).mean;
      if (x <= 0) continue;
      c.x.push_back(x);
      c.y.push_back(over_seeds(a, i, [](standing const& p) { return p.accuracy; }).mean);
    }
    picture.add(std::move(c));
  }
  picture.save(path);
  std::printf("plot: %s\n", path.c_str());
}

}  // namespace support
