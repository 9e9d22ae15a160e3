// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#if !defined(__NEWLIB__)
#  include <chrono>
#  include <cstdio>
#endif

// Text without the formatted output of a library, which would be the largest part of a small image,
// and a clock. Where there is no system the board defines write and seconds.

namespace support {

#if defined(__NEWLIB__)
/// Writes a text as it is.
void write(char const* text);
/// Seconds of a clock that is never set back.
double seconds();
#else
inline void write(char const* text) { std::fputs(text, stdout); }
inline double seconds() {
  auto const now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}
#endif

inline void write_hexadecimal(std::uint64_t value) {
  char digits[17] = {};
  for (int i = 15; i >= 0; --i, value >>= 4) digits[i] = "0123456789abcdef"[value & 15U];
  write(digits);
}

inline void write_decimal(std::uint32_t value) {
  char digits[11] = {};
  char* p = digits + 10;
  do *--p = static_cast<char>('0' + value % 10);
  while ((value /= 10) != 0);
  write(p);
}

/// A number that is not negative, by two digits and a power of ten: 3.1e-7.
inline void write_scientific(double value) {
  if (!(value < 1e30)) return write("infinite");
  if (value < 1e-30) return write("0");
  int power = 0;
  for (; value < 1; --power) value *= 10;
  for (; value >= 10; ++power) value /= 10;
  auto const tenths = static_cast<std::uint32_t>(value * 10);
  write_decimal(tenths / 10);
  write(".");
  write_decimal(tenths % 10);
  write(power < 0 ? "e-" : "e");
  write_decimal(static_cast<std::uint32_t>(power < 0 ? -power : power));
}

}  // namespace support
