// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include <halo/meta/checkpoint.hpp>
#include <halo/meta/header_writer.hpp>

#include "progress.hpp"

namespace support {

/// What a header NAME.hpp is called by, checked before anybody waits for it; nothing for no NAME.
[[nodiscard]] inline std::string header_name(std::string const& out) {
  if (out.empty()) return {};
  std::string name = out.substr(out.find_last_of('/') + 1);
  halo::io::expect_identifier(name);
  return name;
}

/// All updates of meta::whole_runs, from where a file of it stands if there is one; every 25 are
/// saved in OUT.training.safetensors, if OUT is given.
/// @return seconds
template <class Training>
double evolve(Training& training, std::string const& recipe, std::string const& resume,
              std::string const& out) {
  if (!resume.empty()) halo::meta::resume(resume, training, recipe);
  std::uint64_t const updates = training.options().updates;
  progress bar(updates, training.updates());
  double running = 0;
  while (training.updates() < updates) {
    double const now = training.update();
    running = running == 0 ? now : 0.95 * running + 0.05 * now;
    char text[48];
    std::snprintf(text, sizeof text, "mean outcome %.4f", running);
    if (training.updates() % 10 == 0) bar.phase(text, training.updates());
    if (!out.empty() && training.updates() % 25 == 0)
      halo::meta::save(out + ".training.safetensors", training, recipe);
  }
  bar.finish();
  return bar.seconds();
}

}  // namespace support
