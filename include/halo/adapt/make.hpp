// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <utility>

namespace halo::adapt {

/// A device on the heap, from the arguments of its constructor.
///
///     auto const device = adapt::make<device_type>(optim::adam{{.rate = 0.01F}}, seed{7});
///
/// For what is too large for a stack: a device holds all it needs, 18 MB for a small CNN. Allocates
/// once, aligned as the device asks for.
template <class Device, class... Arguments>
[[nodiscard]] std::unique_ptr<Device> make(Arguments&&... arguments) {
  return std::make_unique<Device>(std::forward<Arguments>(arguments)...);
}

}  // namespace halo::adapt
