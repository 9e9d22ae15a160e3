// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

#include <halo/core/stopwatch.hpp>

namespace support {

/// A bar that moves on a terminal, with the time that is left; one line a phase elsewhere.
class progress {
 public:
  /// @param done  parts of the total that lie behind when the clock starts
  explicit progress(std::size_t total, std::size_t done = 0)
      : total_(total), first_(done), terminal_(isatty(STDERR_FILENO) != 0) {}

  /// Says what is being done; `done` parts of the total lie behind.
  void phase(std::string const& text, std::size_t done) {
    if (terminal_) {
      constexpr std::size_t width = 28;
      std::size_t const filled = total_ == 0 ? width : done * width / total_;
      std::fprintf(stderr, "\r\033[K[%s%s] %3zu %%  %5.1f s%s  %s",
                   std::string(filled, '#').c_str(), std::string(width - filled, '.').c_str(),
                   total_ == 0 ? 100 : done * 100 / total_, clock_.seconds(), left(done).c_str(),
                   text.c_str());
    } else if (text != last_) {
      std::fprintf(stderr, "%6.1f s  %s%s\n", clock_.seconds(), text.c_str(), left(done).c_str());
    }
    std::fflush(stderr);
    last_ = text;
  }
  void finish() {
    if (terminal_) std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
  }
  [[nodiscard]] double seconds() const { return clock_.seconds(); }

 private:
  [[nodiscard]] std::string left(std::size_t done) const {
    if (done <= first_ || done >= total_) return "";
    double const each = clock_.seconds() / static_cast<double>(done - first_);
    char text[48];
    std::snprintf(text, sizeof text, ", %.0f s left", each * static_cast<double>(total_ - done));
    return text;
  }

  std::size_t total_, first_;
  bool terminal_;
  std::string last_;
  halo::stopwatch clock_;
};

}  // namespace support
