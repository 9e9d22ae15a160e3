// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>

#include <halo/meta/regret.hpp>

namespace support {

using namespace halo;

/// Accuracies on the domains that judge; the grid is tuned, cell by cell, on those that learn.
inline void report(meta::regret_table const& learned, meta::regret_table const& judged) {
  std::size_t const after = judged.names.size() - 1, before = after - 1;
  std::printf(
      "accuracy on domains left out, %%:\n rows steps  start  before  after |  tuned%22s"
      " | best in hindsight\n",
      "");
  double gain = 0, cells = 0;
  for (std::size_t k = 0; k < judged.cells.size(); ++k) {
    auto const& c = judged.cells[k];
    auto const match = std::find_if(learned.cells.begin(), learned.cells.end(), [&](auto const& l) {
      return l.rows == c.rows && l.horizon == c.horizon;
    });
    std::size_t const tuned = learned.best(match == learned.cells.end() ? c : *match);
    std::size_t const best = judged.best(c);
    auto const points = [&](std::size_t a) { return 100 - 100 * c.error[a]; };
    std::printf("%5zu %5llu %6.1f %7.1f %6.1f | %6.1f %-21s | %5.1f %s\n", c.rows,
                static_cast<unsigned long long>(c.horizon), 100 - 100 * c.start, points(before),
                points(after), points(tuned), judged.names[tuned].c_str(), points(best),
                judged.names[best].c_str());
    if (c.horizon > 30) continue;
    gain += points(after) - points(tuned);
    cells += 1;
  }
  for (std::size_t const a : {before, after}) {
    auto const l = judged.line(a);
    std::printf("regret against the grid in hindsight, %-6s: mean %.2f, worst %.2f points (%s)\n",
                judged.names[a].c_str(), l.mean, l.worst, l.worst_at.c_str());
  }
  std::printf("up to 30 steps: %+.2f points over the tuned grid\n", gain / cells);
}

}  // namespace support
