// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/io/any_field.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>

namespace support {

using namespace halo;

inline constexpr std::size_t no_unrecorded_bytes = 0;

/// How many bytes of a value belong to members that its record leaves out; padding does not count.
///
/// Every byte that is not padding is looked for in two ways: in the memory of a field that was
/// visited, or, where a field is handed on as a copy (bool, enumerations), by changing the byte and
/// looking whether what the record tells changes. Only g++ knows padding; 0 elsewhere.
template <class V>
  requires std::is_trivially_copyable_v<V>
[[nodiscard]] std::size_t unrecorded_bytes(V const& value) {
#if defined(__GNUC__) && !defined(__clang__)
  struct alignas(V) bytes {
    unsigned char at[sizeof(V)];
  };
  auto const mask = std::make_unique<bytes>();
  std::memset(mask->at, 0xff, sizeof(V));
  __builtin_clear_padding(reinterpret_cast<V*>(mask->at));

  auto const copy = std::make_unique<bytes>();
  std::memcpy(copy->at, &value, sizeof(V));
  V& v = *reinterpret_cast<V*>(copy->at);
  auto const begin = copy->at;
  io::any_record const record(v);
  auto const sum = [&record] {
    std::size_t hash = 0;
    record.each([&hash](field_path const&, io::any_field const& field) {
      for (std::byte const c : field.span())
        hash = hash * 1099511628211U + std::to_integer<std::size_t>(c) + 1;
    });
    return hash;
  };
  record.each([&](field_path const&, io::any_field const& field) {
    auto const* const first = reinterpret_cast<unsigned char const*>(field.bytes);
    if (first < begin || first >= begin + sizeof(V)) return;
    std::memset(mask->at + (first - begin), 0, field.span().size());
  });
  std::size_t missing = 0;
  for (std::size_t i = 0; i < sizeof(V); ++i) {
    if (mask->at[i] == 0) continue;
    std::size_t const before = sum();
    unsigned char const old = copy->at[i];
    copy->at[i] = static_cast<unsigned char>(old ^ 1U);
    missing += sum() == before ? 1U : 0U;
    copy->at[i] = old;
  }
  return missing;
#else
  static_cast<void>(value);
  return no_unrecorded_bytes;
#endif
}

}  // namespace support
