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

namespace detail {

/// The first of the list whose registers have so many lanes, else Otherwise.
template <class T, std::size_t Lanes, class Otherwise, class List>
struct first_of_lanes {
  using type = Otherwise;
};
template <class T, std::size_t Lanes, class Otherwise, class First, class... Rest>
struct first_of_lanes<T, Lanes, Otherwise, arch_list<First, Rest...>>
    : std::conditional_t<batch<T, First>::size == Lanes, std::type_identity<First>,
                         first_of_lanes<T, Lanes, Otherwise, arch_list<Rest...>>> {};

}  // namespace detail

/// The best architecture with registers half as wide, for what is narrower than a register; Arch
/// itself where there is none.
template <class T, class Arch = default_arch>
using half_arch = typename detail::first_of_lanes<T, batch<T, Arch>::size / 2, Arch, archs>::type;

/// Calls f(Arch{}) for every architecture of the list.
template <class F, class... Archs>
constexpr void for_each_arch(arch_list<Archs...>, F&& f) {
  (f(Archs{}), ...);
}

/// Whether fma of an architecture rounds once, or product and sum each for itself.
template <class Arch = default_arch>
[[nodiscard]] constexpr bool fuses() noexcept {
  if constexpr (std::is_same_v<Arch, scalar>) {
    return core::fuses;
  } else {
    std::string_view const name = Arch::name();
    if (name.find("arm") == 0) return core::fuses;
    return name.find("fma") == 0 || name.find("avx512") == 0 || name.find("riscv") == 0;
  }
}

}  // namespace halo::simd
