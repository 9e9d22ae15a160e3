// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/energy/meter.hpp>
#include <halo/io/decimal.hpp>
#include <halo/io/descriptor.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

namespace halo::energy {

/// An external meter that writes lines of seconds, volts and amperes, `12.5,5.07,0.482`: into a
/// file, which may still grow, or a serial line (set its speed with stty). As the paper measured a
/// Raspberry Pi.
///
/// Counts from the log's first line by the log's own clock; read() takes the whole lines that came
/// since. Lines that begin with no number before the first that does are a header. Times may be
/// irregular; they grow.
class csv_log {
 public:
  /// @throws halo::error where it cannot be opened, and as read()
  explicit csv_log(std::string path)
      : path_(std::move(path)),
        file_(io::detail::open_at(AT_FDCWD, path_.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY)) {
    if (!file_.is_open())
      fail("csv_log", path_, "a readable file or serial line", io::detail::reason(errno));
    static_cast<void>(read());
  }

  /// @throws halo::error for a line that is not three finite numbers and nothing else (times of
  /// day,
  ///         units), or a time before the last
  [[nodiscard]] reading read() {
    std::array<char, 4096> part;
    for (;;) {
      ssize_t const n = ::read(file_.number(), part.data(), part.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno != EAGAIN)
        fail("csv_log", path_, "a readable file", io::detail::reason(errno));
      if (n <= 0) break;
      rest_.append(part.data(), static_cast<std::size_t>(n));
      std::size_t begin = 0;
      for (std::size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1)
        take(std::string_view(rest_).substr(begin, end - begin));
      rest_.erase(0, begin);
      if (rest_.size() > part.size()) {
        ++line_;
        fail("csv_log", where(), "seconds,volts,amperes", "no end of the line");
      }
    }
    return integral_.total();
  }
  /// A time of its own: the mean from one line to the next.
  [[nodiscard]] energy::resolution resolution() const noexcept {
    reading const r = integral_.total();
    return {0, r.samples > 1 ? r.seconds / static_cast<double>(r.samples - 1) : 0};
  }
  [[nodiscard]] std::string source() const { return "log " + path_; }

 private:
  void take(std::string_view line) {
    ++line_;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) return;
    std::array<double, 3> value{};
    std::string_view left = line;
    for (std::size_t i = 0; i < 3; ++i) {
      while (!left.empty() && left.front() == ' ') left.remove_prefix(1);
      std::size_t const end = left.find(',');
      std::string_view field = left.substr(0, end);
      while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
      double n = 0;
      bool const number = io::take_number(field, n);
      if (i == 0 && !number && integral_.total().samples == 0) return;  // a header
      if (!number || !field.empty() || (i < 2) == (end == std::string_view::npos))
        fail("csv_log", where(), "seconds,volts,amperes", std::string(line));
      value[i] = n;
      left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
    }
    if (!std::isfinite(value[1] * value[2]))
      fail("csv_log", where(), "finite watts", std::string(line));
    if (integral_.total().samples > 0 && !(value[0] > last_))
      fail("csv_log", where(), "a later time", std::string(line));
    last_ = value[0];
    integral_.add(value[0], value[1] * value[2]);
  }
  [[nodiscard]] std::string where() const { return path_ + ": line " + std::to_string(line_); }

  std::string path_, rest_;
  io::detail::descriptor file_;
  integral integral_;
  double last_ = 0;
  std::uint64_t line_ = 0;
};

}  // namespace halo::energy

#endif

#include <halo/macros_back.hpp>
