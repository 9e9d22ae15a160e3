// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include <halo/meta/regret.hpp>

#include "progress.hpp"

namespace support {

/// meta::compare, and how far it is.
template <class Arms, class Problems>
[[nodiscard]] halo::meta::regret_table compare(Arms const& arms, Problems const& problems,
                                               halo::meta::regret_options const& where) {
  progress bar(100);
  auto table = halo::meta::compare(arms, problems, where, [&](std::size_t done, std::size_t all) {
    if (done * 10 / all != (done - 1) * 10 / all)
      bar.phase("comparing, " + std::to_string(done * 100 / all) + " %", done * 100 / all);
  });
  bar.finish();
  return table;
}

}  // namespace support
