// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <halo/simd/batch.hpp>

namespace halo::simd {

/// Architectures as types.
template <class... Archs>
struct arch_list {
  static constexpr std::size_t size = sizeof...(Archs);
};

namespace detail {

template <class List>
struct with_scalar {
  using type = arch_list<scalar>;
};
template <template <class...> class List, class... Archs>
struct with_scalar<List<Archs...>> {
  using type = arch_list<Archs..., scalar>;
};

}  // namespace detail

/// All architectures that the compiler's flags allow, the best first, scalar last.
using archs = detail::with_scalar<native_archs>::type;

/// The name of an architecture: "scalar", else xsimd's, such as "sse2", "fma3+avx2" or "avx512bw".
///
/// Without argument the one that halo's kernels use by default: what the flags allow, not what the
/// machine could do.
template <class Arch = default_arch>
[[nodiscard]] constexpr char const* arch_name() noexcept {
  if constexpr (std::is_same_v<Arch, scalar>)
    return "scalar";
  else
    return Arch::name();
}

/// Calls f(Arch{}) for every architecture of the list.
template <class F, class... Archs>
constexpr void for_each_arch(arch_list<Archs...>, F&& f) {
  (f(Archs{}), ...);
}

/// Whether fma of an architecture rounds once, or product and sum each for itself.
template <class Arch = default_arch>
[[nodiscard]] constexpr bool fuses() noexcept {
  if constexpr (std::is_same_v<Arch, scalar>) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    return true;
#else
    return false;
#endif
  } else {
    std::string_view const name = Arch::name();
    return name.find("fma") == 0 || name.find("avx512") == 0 || name.find("neon64") == 0;
  }
}

}  // namespace halo::simd
