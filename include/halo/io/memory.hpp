// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <new>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>

namespace halo::io {

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
    fail(who, where, "memory for " + std::to_string(bytes) + std::string(kind), "less");
  }
#else
  static_cast<void>(who), static_cast<void>(where), static_cast<void>(bytes);
  static_cast<void>(kind);
  return make();
#endif
}

}  // namespace halo::io
