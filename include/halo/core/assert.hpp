// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <cstdlib>

/// HALO_EXPECTS(condition, sentence): a programmer's mistake that types cannot see.
///
/// Checked when HALO_ASSERTIONS is 1 (the default without NDEBUG): prints file, line and sentence
/// and aborts. Costs nothing otherwise. HALO_ASSERTIONS changes no type and no layout.
///
/// Without a system nothing is printed, and no formatted output becomes part of a program: where
/// the C library is newlib, where there is none, or where HALO_NO_STDIO is defined.
#if !defined(HALO_ASSERTIONS)
#  if defined(NDEBUG)
#    define HALO_ASSERTIONS 0
#  else
#    define HALO_ASSERTIONS 1
#  endif
#endif

namespace halo::core {

/// Whether there is somebody to read a sentence before a program ends.
#if defined(HALO_NO_STDIO) || defined(__NEWLIB__) || (defined(__STDC_HOSTED__) && !__STDC_HOSTED__)
inline constexpr bool has_stdio = false;
#else
inline constexpr bool has_stdio = true;
#endif

/// Ends the program over a mistake in it.
[[noreturn]] inline void assertion_failed([[maybe_unused]] char const* file,
                                          [[maybe_unused]] int line,
                                          [[maybe_unused]] char const* sentence) noexcept {
  if constexpr (has_stdio) std::fprintf(stderr, "%s:%d: halo expects: %s\n", file, line, sentence);
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
