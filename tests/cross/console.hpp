// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

// Text without the formatted output of a library, which would be the largest part of a small image.

namespace cross {

/// Writes a text as it is; every system has its own.
void write(char const* text);

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

}  // namespace cross
