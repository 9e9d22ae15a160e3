// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <halo/core/record.hpp>

namespace support {

/// What a type says of itself, a line a constant: "0.stride.height = 2".
template <class V>
[[nodiscard]] std::string description() {
  std::string text;
  halo::walk_type<V>([&](halo::field_path const& path, auto const& field) {
    bool first = true;
    path.each([&](std::string_view name) {
      if (name.empty()) return;
      if (!first) text += '.';
      first = false;
      text += name;
    });
    text += " = ";
    if constexpr (std::remove_cvref_t<decltype(field)>::is_text)
      text += std::string_view(field.values.data(), field.values.size());
    else
      text += std::to_string(field.values[0]);
    text += '\n';
  });
  return text;
}

}  // namespace support
