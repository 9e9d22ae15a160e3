// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace halo {

/// The name of something that goes around something else, "outer(inner)", zero-terminated: of
/// Self::wrapper_name and Inner::name.
template <class Self, class Inner>
struct wrapped_name {
  static constexpr std::string_view outer = Self::wrapper_name;  ///< the word before the bracket
  static constexpr std::string_view inner = Inner::name;         ///< the name inside it
  /// The letters.
  static constexpr std::array<char, outer.size() + inner.size() + 3> text = [] {
    std::array<char, outer.size() + inner.size() + 3> t{};
    std::size_t at = 0;
    for (char const c : outer) t[at++] = c;
    t[at++] = '(';
    for (char const c : inner) t[at++] = c;
    t[at] = ')';
    return t;
  }();
};

}  // namespace halo
