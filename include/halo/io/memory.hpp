// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>

namespace halo::io {

/// The most bytes that a reader takes into memory unless told otherwise.
inline constexpr std::size_t file_limit = std::size_t{1} << 31;

namespace detail {

/// Throws halo::error with a sentence, or with one so short that it takes no memory.
template <class Describe>
[[noreturn]] void out_of_memory(Describe const& describe) {
#if defined(__cpp_exceptions)
  try {
    fail(describe);
  } catch (std::bad_alloc const&) {
    throw error("out of memory");
  }
#else
  fail(describe);
#endif
}

}  // namespace detail

/// What make() makes. Where memory runs out in it: halo::error "who: where: expected memory for N
/// bytes, found less" in place of std::bad_alloc.
///
/// @param bytes  how many were asked for, or what they are needed for has
/// @param kind   what stands behind the number
template <class Make>
decltype(auto) with_memory(std::string_view who, std::string_view where, std::size_t bytes,
                           Make&& make, std::string_view kind = " bytes") {
#if defined(__cpp_exceptions)
  try {
    return make();
  } catch (std::bad_alloc const&) {
    detail::out_of_memory([&] {
      return complaint(who, where, "memory for " + std::to_string(bytes) + std::string(kind),
                       "less");
    });
  }
#else
  static_cast<void>(who), static_cast<void>(where), static_cast<void>(bytes);
  static_cast<void>(kind);
  return make();
#endif
}

/// The same where nobody knows how many bytes it takes: names, copies of a header.
template <std::invocable Make>
decltype(auto) with_memory(std::string_view who, std::string_view where, Make&& make) {
#if defined(__cpp_exceptions)
  try {
    return make();
  } catch (std::bad_alloc const&) {
    detail::out_of_memory([&] { return complaint(who, where, "more memory", "too little"); });
  }
#else
  static_cast<void>(who), static_cast<void>(where);
  return make();
#endif
}

/// Bytes as text, without copying.
[[nodiscard]] inline std::string_view as_text(std::span<std::byte const> bytes) noexcept {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// Text as bytes, without copying.
[[nodiscard]] inline std::span<std::byte const> as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Zeroed memory for so many bytes of `where`; halo::error with their number where there is none.
[[nodiscard]] inline aligned_buffer<std::byte> make_buffer(std::string_view who,
                                                           std::string_view where,
                                                           std::size_t size) {
  return with_memory(who, where, size, [size] { return aligned_buffer<std::byte>(size); });
}

}  // namespace halo::io
