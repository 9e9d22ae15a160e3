// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/meta/checkpoint.hpp>

#if defined(HALO_WITH_MPI)
#  include <halo/meta/ranks.hpp>
#endif

namespace support {

#if defined(HALO_WITH_MPI)
using ranks = halo::meta::ranks;
#else
/// This process alone, where the program is built without MPI.
class ranks {
 public:
  /// @throws halo::error where mpirun started several: each would write the same files
  ranks() {
    for (char const* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
      char const* const size = std::getenv(name);
      if (size != nullptr && std::string_view(size) != "1")
        halo::fail("ranks", "program under mpirun", "one that is built with MPI (-Dmpi=enabled)",
                   "one without");
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return 1; }
  [[nodiscard]] bool first() const noexcept { return true; }
  [[nodiscard]] double running() const noexcept { return 0; }
  [[nodiscard]] double waiting() const noexcept { return 0; }
  template <class Training>
  double update(Training& training) {
    return training.update();
  }
  template <class Training>
  void save(std::string const& path, Training const& from, std::string_view recipe) {
    halo::meta::save(path, from, recipe);
  }
  template <class Training>
  void resume(std::string const& path, Training& to, std::string_view recipe) {
    halo::meta::resume(path, to, recipe);
  }
  [[nodiscard]] int failed() const noexcept { return 1; }
};
#endif

/// What main() returns of a program that all ranks run: the first one prints, and an error of one
/// ends all.
template <class Run>
[[nodiscard]] int run_by_ranks(Run&& run) {
  try {
    ranks all;
    try {
      if (!all.first() && std::freopen("/dev/null", "w", stdout) == nullptr)
        halo::fail("ranks", "/dev/null", "a file to write to", "none");
      run(all);
    } catch (halo::error const& e) {
      std::fprintf(stderr, "%s\n", e.what());
      return all.failed();
    }
  } catch (halo::error const& e) {  // there are none
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return 0;
}

}  // namespace support
