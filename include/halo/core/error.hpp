// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace halo {

/// What the outside world did wrong: a file, an argument, a device. The only exception halo throws.
///
/// The message reads "what: where: expected E, found F"; a zero character in it, which would end
/// what(), reads "?".
class error : public std::exception {
 public:
  /// An error with this message.
  explicit error(std::string message) : message_(std::move(message)) {
    for (char& c : message_)
      if (c == '\0') c = '?';
  }
  /// The message: who, what, expected, found.
  [[nodiscard]] char const* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Throws halo::error; where exceptions are off, prints the message and aborts.
[[noreturn]] inline void fail(std::string message) {
#if defined(__cpp_exceptions)
  throw error(std::move(message));
#else
  std::fprintf(stderr, "halo: %s\n", message.c_str());
  std::abort();
#endif
}

/// Throws halo::error with "what: where: expected E, found F"; an empty part is left out.
///
/// @param what      who complains: a reader, a class ("idx", "adapter")
/// @param where     file and position ("images.idx: byte 4"), or the argument's name
/// @param expected  what would have been right
/// @param found     what was there
[[noreturn]] inline void fail(std::string_view what, std::string_view where,
                              std::string_view expected, std::string_view found) {
  std::string message(what);
  if (!where.empty()) message.append(": ").append(where);
  if (!expected.empty()) message.append(": expected ").append(expected);
  if (!found.empty()) message.append(expected.empty() ? ": found " : ", found ").append(found);
  fail(std::move(message));
}

}  // namespace halo
