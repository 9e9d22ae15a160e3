// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <cstdlib>

/// HALO_EXPECTS(condition, sentence): a programmer's mistake that types cannot see.
///
/// Checked when HALO_ASSERTIONS is 1 (the default without NDEBUG): prints file, line and sentence
/// and aborts. Costs nothing otherwise. HALO_ASSERTIONS changes no type and no layout.
#if !defined(HALO_ASSERTIONS)
#  if defined(NDEBUG)
#    define HALO_ASSERTIONS 0
#  else
#    define HALO_ASSERTIONS 1
#  endif
#endif

namespace halo::core {

[[noreturn]] inline void assertion_failed(char const* file, int line,
                                          char const* sentence) noexcept {
  std::fprintf(stderr, "%s:%d: halo expects: %s\n", file, line, sentence);
  std::abort();
}

}  // namespace halo::core

#if HALO_ASSERTIONS
#  define HALO_EXPECTS(condition, sentence) \
    ((condition) ? static_cast<void>(0)     \
                 : ::halo::core::assertion_failed(__FILE__, __LINE__, sentence))
#else
#  define HALO_EXPECTS(condition, sentence) static_cast<void>(0)
#endif
