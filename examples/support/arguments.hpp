// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace support {

/// Options of a program, one after the other. A wrong one is named above the usage and ends the
/// program with 2; --help prints the usage.
class arguments {
 public:
  /// @param usage  what the program takes
  arguments(int count, char** argument, char const* usage)
      : count_(count), argument_(argument), usage_(usage) {}

  /// Goes to the next option; false behind the last one.
  [[nodiscard]] bool next() {
    if (++at_ >= count_) return false;
    option_ = argument_[at_];
    if (option_ == "--help") leave(0);
    return true;
  }
  [[nodiscard]] bool is(char const* option) const { return option_ == option; }

  /// What stands behind the option.
  [[nodiscard]] std::string value() {
    if (++at_ >= count_) refuse("its value is missing");
    return argument_[at_];
  }
  [[nodiscard]] std::uint64_t number(std::uint64_t least = 1) {
    std::string const text = value();
    char* end = nullptr;
    long const n = std::strtol(text.c_str(), &end, 10);
    if (n < static_cast<long>(least) || n > 1'000'000 || *end != '\0')
      refuse("expected a number from " + std::to_string(least) + " to 1000000, found " + text);
    return static_cast<std::uint64_t>(n);
  }
  [[nodiscard]] double positive() {
    std::string const text = value();
    char* end = nullptr;
    double const x = std::strtod(text.c_str(), &end);
    if (!(x > 0 && x <= 1e6) || *end != '\0')
      refuse("expected a positive number, at most 1000000, found " + text);
    return x;
  }
  /// The parts of the value between commas.
  [[nodiscard]] std::vector<std::string> words() {
    std::vector<std::string> all(1);
    for (char const c : value()) {
      if (c == ',')
        all.emplace_back();
      else
        all.back() += c;
    }
    return all;
  }
  [[noreturn]] void refuse(std::string const& why = "unknown option") const {
    std::fprintf(stderr, "%s: %s\n", option_.c_str(), why.c_str());
    leave(2);
  }

 private:
  [[noreturn]] void leave(int code) const {
    std::fputs(usage_, code == 0 ? stdout : stderr);
    std::exit(code);
  }

  int count_;
  char** argument_;
  char const* usage_;
  int at_ = 0;
  std::string option_;
};

/// The folder of the public data sets that the environment names; empty: none.
[[nodiscard]] inline std::string data_folder() {
  char const* const folder = std::getenv("HALO_DATA");
  return folder == nullptr ? "" : folder;
}

/// Ends a program that has no data to run on, as a test that is left out.
[[noreturn]] inline void leave_without_data(char const* program) {
  std::fprintf(stderr,
               "%s: no data: scripts/fetch-data.sh FOLDER gets them, then HALO_DATA=FOLDER or "
               "--data FOLDER\n",
               program);
  std::exit(77);
}

}  // namespace support
