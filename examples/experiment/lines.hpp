// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include <unistd.h>
#include <halo/core/error.hpp>
#include <halo/io/file.hpp>

namespace experiment {

/// A file of results, a line of JSON a run. A program that is killed loses the runs it was in the
/// middle of and none that ended: each is written and flushed to the disk at once, and a torn last
/// line is cut off when the file is opened again.
class lines {
 public:
  explicit lines(std::string path) : path_(std::move(path)) {
    if (halo::io::exists(path_)) {
      auto const bytes = halo::io::read_file(path_);
      std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
      std::size_t const whole = text.rfind('\n') + 1;  // npos + 1 = 0
      for (std::string_view rest = text.substr(0, whole); !rest.empty();) {
        std::size_t const end = rest.find('\n');
        keys_.emplace(key_of(rest.substr(0, end)));
        rest.remove_prefix(end + 1);
      }
      std::string_view const torn = text.substr(whole);
      if (!torn.starts_with(before) && !before.starts_with(torn)) refuse_line(torn);
      if (!torn.empty() && ::truncate(path_.c_str(), static_cast<off_t>(whole)) != 0) refuse();
    }
    file_ = std::fopen(path_.c_str(), "ab");
    if (file_ == nullptr) refuse();
  }
  lines(lines const&) = delete;
  lines& operator=(lines const&) = delete;
  ~lines() { std::fclose(file_); }

  /// Whether there is a line of this run.
  [[nodiscard]] bool has(std::string const& key) const { return keys_.contains(key); }

  /// Adds one; several threads may.
  void add(std::string const& line) {
    std::lock_guard const guard(lock_);
    if (std::fwrite(line.data(), 1, line.size(), file_) != line.size() || std::fflush(file_) != 0 ||
        ::fsync(::fileno(file_)) != 0)
      refuse();
  }

 private:
  static constexpr std::string_view before = "{\"key\": \"";

  [[noreturn]] void refuse_line(std::string_view line) const {
    halo::fail("halo-reproduce", path_, "a line that begins with {\"key\": \"...\"",
               std::string(line.substr(0, 40)));
  }
  [[nodiscard]] std::string key_of(std::string_view line) const {
    std::size_t const end = line.find('"', before.size());
    if (!line.starts_with(before) || end == std::string_view::npos) refuse_line(line);
    return std::string(line.substr(before.size(), end - before.size()));
  }
  [[noreturn]] void refuse() const {
    halo::fail("halo-reproduce", path_, "a file that can be written", std::strerror(errno));
  }

  std::string path_;
  std::set<std::string> keys_;
  std::FILE* file_ = nullptr;
  std::mutex lock_;
};

}  // namespace experiment
