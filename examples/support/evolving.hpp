// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/meta/header_writer.hpp>

#include "progress.hpp"
#include "ranks.hpp"

namespace support {

/// What a header NAME.hpp is called by, checked with its folder before anybody waits for it;
/// nothing for no NAME.
[[nodiscard]] inline std::string header_name(std::string const& out) {
  if (out.empty()) return {};
  std::size_t const slash = out.find_last_of('/');
  std::string name = out.substr(slash + 1);
  if (slash != std::string::npos && slash > 0 && !halo::io::is_folder(out.substr(0, slash)))
    halo::fail("--out", out, "a folder that is there", "none");
  halo::io::expect_identifier(name);
  return name;
}

/// Where an evolution goes on from and what it leaves on its way.
struct evolution_files {
  std::string resume;        ///< a file to go on from; empty: none
  std::string out;           ///< OUT.training.safetensors is written; empty: nothing
  std::uint64_t every = 25;  ///< updates
};

/// All updates of meta::whole_runs, shared by all ranks.
/// @return seconds
template <class Training>
double evolve(Training& training, std::string const& recipe, evolution_files const& files,
              ranks& all) {
  if (!files.resume.empty()) all.resume(files.resume, training, recipe);
  std::uint64_t const updates = training.options().updates;
  progress bar(updates, training.updates());
  double running = 0;
  while (training.updates() < updates) {
    double const now = all.update(training);
    running = running == 0 ? now : 0.95 * running + 0.05 * now;
    char text[48];
    std::snprintf(text, sizeof text, "mean outcome %.4f", running);
    if (all.first() && training.updates() % 10 == 0) bar.phase(text, training.updates());
    if (!files.out.empty() && training.updates() % files.every == 0)
      all.save(files.out + ".training.safetensors", training, recipe);
  }
  if (all.first()) bar.finish();
  if (all.size() > 1)
    std::printf("%zu ranks; the first ran for %.1f s and waited for %.1f\n", all.size(),
                all.running(), all.waiting());
  return bar.seconds();
}

}  // namespace support
