// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <halo/core/assert.hpp>

namespace halo {

/// What the outside world did wrong: a file, an argument, a device. The only exception halo throws.
///
/// The message reads "what: where: expected E, found F", in one line: a control character in it, as
/// of a path with a line break, or a zero, which would end what(), reads "?".
class error : public std::exception {
 public:
  /// An error with this message.
  explicit error(std::string message) : message_(std::move(message)) {
    for (char& c : message_)
      if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  }
  /// The message: who, what, expected, found.
  [[nodiscard]] char const* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Texts one after the other. A sum of strings is inlined term by term: kilobytes a sentence.
[[nodiscard]] inline std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view const part : parts) text += part;
  return text;
}

/// "what: where: expected E, found F"; an empty part is left out.
///
/// @param what      who complains: a reader, a class ("idx", "adapter")
/// @param where     file and position ("images.idx: byte 4"), or the argument's name
/// @param expected  what would have been right
/// @param found     what was there
[[nodiscard]] inline std::string complaint(std::string_view what, std::string_view where,
                                           std::string_view expected, std::string_view found) {
  std::string_view const before_found = expected.empty() ? ": found " : ", found ";
  return joined({what, where.empty() ? "" : ": ", where, expected.empty() ? "" : ": expected ",
                 expected, found.empty() ? "" : before_found, found});
}

/// Throws halo::error with the message that `describe()` makes; where exceptions are off, prints it
/// and aborts. Where nobody could read it (core::has_stdio) it is never made.
template <std::invocable Describe>
[[noreturn]] void fail(Describe const& describe) {
#if defined(__cpp_exceptions)
  throw error(describe());
#else
  if constexpr (core::has_stdio)
    std::fprintf(stderr, "halo: %s\n", std::string(describe()).c_str());
  else
    static_cast<void>(describe);
  std::abort();
#endif
}

/// The same with a message that is there already.
[[noreturn]] inline void fail(std::string message) {
  fail([&] { return std::move(message); });
}

/// The same with complaint(what, where, expected, found).
[[noreturn]] inline void fail(std::string_view what, std::string_view where,
                              std::string_view expected, std::string_view found) {
  fail([&] { return complaint(what, where, expected, found); });
}

}  // namespace halo
