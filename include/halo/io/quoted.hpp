// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace halo::io {

/// A piece of input as it may stand in a message: quoted, cut to so many characters, without
/// control characters; "nothing" for an empty piece.
[[nodiscard]] inline std::string quoted(std::string_view text, std::size_t most = 32) {
  if (text.empty()) return "nothing";
  std::string result = "'";
  for (char c : text.substr(0, most)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > most ? "...'" : "'");
}

}  // namespace halo::io
