// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <vector>

#include <halo/core/record.hpp>

namespace support {

/// All bytes of the state of a value that describes itself, in the order of its fields.
template <class V>
[[nodiscard]] std::vector<unsigned char> bytes_of(V const& value) {
  std::vector<unsigned char> all;
  halo::walk(value, [&]<class T>(halo::field_path const&, halo::recorded_field<T> const& field) {
    if (!field.is_state()) return;
    auto const* const p = reinterpret_cast<unsigned char const*>(field.values.data());
    all.insert(all.end(), p, p + field.values.size_bytes());
  });
  return all;
}

/// Puts them back into another one of the same type.
template <class V>
void set_bytes(V& value, std::vector<unsigned char> const& all) {
  std::size_t at = 0;
  halo::walk(value, [&]<class T>(halo::field_path const&, halo::recorded_field<T> const& field) {
    if (!field.is_state()) return;
    if constexpr (!std::is_const_v<T>)
      std::memcpy(field.values.data(), all.data() + at, field.values.size_bytes());
    at += field.values.size_bytes();
  });
}

}  // namespace support
