// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include <halo/measure/measure.hpp>

namespace halo::measure {

/// The class that the outputs of a row say, as accuracy and confusion count it: the place of the
/// largest, the first of equals; -1 where one is NaN, or there are none.
///
///     std::array<float, network::outputs> y;
///     device.predict(row, y);
///     std::int32_t const said = measure::class_of(y);
[[nodiscard]] constexpr std::int32_t class_of(std::span<float const> y) noexcept {
  std::size_t const said = detail::largest(y.size(), y.data());
  return said < y.size() ? static_cast<std::int32_t>(said) : -1;
}

}  // namespace halo::measure
