// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>

namespace halo {

/// The scalars a network is stored in.
template <class T>
concept floating = std::same_as<T, float> || std::same_as<T, double>;

}  // namespace halo
