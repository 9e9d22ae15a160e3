// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>

namespace halo {

/// Whether T is a scalar of somebody's own that steps run on as well: a number that counts what is
/// done with it, say. Registers of it are then somebody's own, too (simd::batch<T, Arch>).
template <class T>
inline constexpr bool is_own_scalar = false;

/// The scalars a network is stored in.
template <class T>
concept floating = std::same_as<T, float> || std::same_as<T, double> || is_own_scalar<T>;

}  // namespace halo
