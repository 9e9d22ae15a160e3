// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <span>
#include <string>
#include <system_error>
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
  /// Whether it is a word of its own instead, which then is one of these.
  [[nodiscard]] bool is_word(std::span<std::string const> allowed) {
    if (option_.starts_with("-")) return false;
    std::vector<char const*> all;
    for (std::string const& a : allowed) all.push_back(a.c_str());
    (void)known(option_, all);
    return true;
  }
  /// The option or the word.
  [[nodiscard]] std::string const& given() const { return option_; }

  /// What stands behind the option.
  [[nodiscard]] std::string value() {
    if (++at_ >= count_) refuse("its value is missing");
    return argument_[at_];
  }
  /// One of the words.
  [[nodiscard]] std::string word(std::initializer_list<char const*> allowed) {
    return known(value(), {allowed.begin(), allowed.size()});
  }
  /// The parts of the value between commas, each one of the words.
  [[nodiscard]] std::vector<std::string> words(std::span<char const* const> allowed) {
    std::vector<std::string> all(1);
    for (char const c : value()) {
      if (c == ',')
        all.emplace_back();
      else
        all.back() += c;
    }
    for (std::string const& w : all) (void)known(w, allowed);
    return all;
  }
  /// A whole number from least to most: digits and nothing else.
  [[nodiscard]] std::uint64_t number(std::uint64_t least = 1, std::uint64_t most = 1'000'000) {
    std::string const text = value();
    char const* const end = text.data() + text.size();
    std::uint64_t n = 0;
    auto const read = std::from_chars(text.data(), end, n);
    if (read.ec != std::errc() || read.ptr != end || n < least || n > most)
      refuse("expected a whole number from " + std::to_string(least) + " to " +
             std::to_string(most) + ", found '" + text + "'");
    return n;
  }
  /// A number above 0 in decimals: 1.5, 3e-4.
  [[nodiscard]] double positive(double most = 1e6) {
    std::string const text = value();
    char* end = nullptr;
    double const x = std::strtod(text.c_str(), &end);  // takes blanks, signs and hexadecimals too
    if (text.find_first_not_of("0123456789.eE+-") != std::string::npos || text[0] == '+' ||
        *end != '\0' || !(x > 0 && x <= most))
      refuse("expected a number above 0, at most " +
             std::to_string(static_cast<std::uint64_t>(most)) + ", found '" + text + "'");
    return x;
  }
  [[noreturn]] void refuse(std::string const& why = "unknown option") const {
    std::fprintf(stderr, "%s: %s\n", option_.c_str(), why.c_str());
    leave(2);
  }

 private:
  [[nodiscard]] std::string known(std::string const& found, std::span<char const* const> allowed) {
    std::string all;
    for (char const* const a : allowed) {
      if (found == a) return found;
      all.append(all.empty() ? "" : ", ").append(a);
    }
    refuse("expected one of " + all + ", found '" + found + "'");
  }
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
