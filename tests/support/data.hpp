// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

namespace support {

/// Folder of the public data sets (environment variable HALO_DATA), empty if it is unset; then the
/// test says so and passes.
[[nodiscard]] inline std::string data_folder() {
  char const* const folder = std::getenv("HALO_DATA");
  if (folder == nullptr) {
    MESSAGE("skipped: HALO_DATA is unset");
    return {};
  }
  return folder;
}

/// Message of the halo::error that a call throws, "no error" if it throws none.
template <class Error, class Call>
[[nodiscard]] std::string message_of(Call&& call) {
  try {
    call();
  } catch (Error const& e) {
    return e.what();
  }
  return "no error";
}

[[nodiscard]] inline bool contains(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace support
