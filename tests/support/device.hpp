// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include <halo/core/record.hpp>
#include <halo/io/any_field.hpp>

namespace support {

// By any_record and field_visitor: a record is compiled once for what writes files and for these.

/// All bytes of the state of a value that describes itself, in the order of its fields.
template <class V>
[[nodiscard]] std::vector<unsigned char> bytes_of(V const& value) {
  std::vector<unsigned char> all;
  halo::io::any_record(value).each([&](halo::field_path const&, halo::io::any_field const& field) {
    if (!field.is_state()) return;
    auto const* const p = reinterpret_cast<unsigned char const*>(field.bytes);
    all.insert(all.end(), p, p + field.span().size());
  });
  return all;
}

/// Puts them back into another one of the same type.
template <class V>
void set_bytes(V& value, std::vector<unsigned char> const& all) {
  unsigned char const* next = all.data();
  auto put = [&next](halo::field_path const&, halo::io::any_field const& field) {
    if (!field.is_state()) return;
    if (field.writable && field.count > 0) std::memcpy(field.bytes, next, field.span().size());
    next += field.span().size();
  };
  halo::walk(value, halo::io::field_visitor(put));
}

}  // namespace support
