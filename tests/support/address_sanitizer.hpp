// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// 1 where the address sanitizer watches, 0 elsewhere: g++ and clang say so in ways of their own.
#if defined(__SANITIZE_ADDRESS__)
#  define HALO_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define HALO_ADDRESS_SANITIZER 1
#  endif
#endif
#if !defined(HALO_ADDRESS_SANITIZER)
#  define HALO_ADDRESS_SANITIZER 0
#endif
